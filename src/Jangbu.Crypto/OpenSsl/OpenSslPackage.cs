using System.Runtime.InteropServices;

namespace Jangbu.Crypto.OpenSsl;

/// <summary>The native library that Jangbu needs, by the names under which each system installs it.</summary>
public static class OpenSslPackage
{
    /// <summary>The file names tried on this system, in order.</summary>
    public static IReadOnlyList<string> FileNames { get; } = OperatingSystem.IsWindows()
        ? [RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "libcrypto-3-arm64.dll" : "libcrypto-3-x64.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libcrypto.3.dylib", "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib", "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib"]
            : ["libcrypto.so.3"];

    /// <summary>What a person reads who lacks it.</summary>
    public static string MissingMessage { get; } = $"Jangbu needs OpenSSL 3 ({FileNames[0]}), which was not found. "
        + (OperatingSystem.IsWindows() ? "Windows: winget install ShiningLight.OpenSSL.Light, then open a new terminal."
            : OperatingSystem.IsMacOS() ? "macOS: brew install openssl@3"
            : "Debian, Ubuntu: sudo apt install libssl3 (or libssl3t64). Fedora: sudo dnf install openssl-libs. Alpine: sudo apk add libcrypto3.");

    /// <summary>The library's own words about its version, such as <c>OpenSSL 3.0.19 …</c>.</summary>
    /// <exception cref="DllNotFoundException">It is not installed; the message is <see cref="MissingMessage"/>.</exception>
    public static string Version => Marshal.PtrToStringUTF8(LibCrypto.Version(0)) ?? "";
}
