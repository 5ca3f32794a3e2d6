using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Jangbu.Node.Hosting;

/// <summary>A node as a service of a host.</summary>
public static class JangbuServices
{
    /// <summary>
    /// Runs a node for as long as the host runs: <see cref="JangbuHost"/> gives it to whoever asks, and <see cref="JangbuHealthCheck"/> may be
    /// added to the host's health checks by name.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Checked here, so that a wrong one is seen before the host starts; home and password are looked at when it does.</param>
    /// <exception cref="JangbuException"><see cref="FailureCode.OptionInvalid"/>.</exception>
    public static IServiceCollection AddJangbu(this IServiceCollection services, JangbuOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        JangbuNode.Check(options);
        return services.AddSingleton(options).AddSingleton<JangbuHost>().AddSingleton<JangbuHealthCheck>()
            .AddHostedService(provider => provider.GetRequiredService<JangbuHost>());
    }
}
