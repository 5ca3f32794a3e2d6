using System.Globalization;
using Jangbu.WebRtc.Drivers;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Jangbu.Interop.Tests.WebRtc;

/// <summary>Data channels with Chromium, headless: it hides its addresses behind <c>.local</c> names and sends its ClientHello in fragments.</summary>
public sealed class ChromiumInteropTests
{
    private const int Count = 1_000, Most = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private const string Page = """
        window.gathered = pc => new Promise(done => {
            if (pc.iceGatheringState === 'complete') done();
            pc.onicegatheringstatechange = () => { if (pc.iceGatheringState === 'complete') done(); };
        });
        window.message = i => {
            const data = new Uint8Array(i * 7919 % 60001);
            for (let k = 0; k < data.length; k++) data[k] = 31 * i + k;
            return data;
        };
        window.serve = channel => { channel.binaryType = 'arraybuffer'; channel.onmessage = e => channel.send(e.data); };
        window.work = (channel, count) => new Promise(done => {
            channel.binaryType = 'arraybuffer';
            let sent = 0, echoed = 0, bad = 0;
            const send = () => channel.send(window.message(sent++));
            channel.onmessage = e => {
                const got = new Uint8Array(e.data), wanted = window.message(echoed);
                if (got.length !== wanted.length || got.some((value, k) => value !== wanted[k])) bad++;
                if (++echoed === count) done({ echoed, bad });
                else if (sent < count) send();
            };
            channel.onclose = () => done({ echoed, bad, closed: true });
            const begin = () => { for (let i = 0; i < 16; i++) send(); };
            if (channel.readyState === 'open') begin(); else channel.onopen = begin;
        });
        """;

    [Fact]
    public async Task Offer_ToChromium_EchoesEveryMessage()
    {
        using ChromeDriver chromium = Start();
        using var patience = new CancellationTokenSource(Patience);
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync();
        await using HostedPeerConnection connection = await host.CreateOfferAsync(patience.Token);
        HostedDataChannel channel = await connection.CreateChannelAsync("echo", cancellationToken: patience.Token);
        var answer = (string)chromium.ExecuteAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            (async () => {
                const pc = window.pc = new RTCPeerConnection();
                pc.ondatachannel = e => window.serve(e.channel);
                await pc.setRemoteDescription({ type: 'offer', sdp: arguments[0] });
                await pc.setLocalDescription(await pc.createAnswer());
                await window.gathered(pc);
                done(pc.localDescription.sdp);
            })();
            """,
            connection.LocalDescription)!;
        await connection.AcceptAnswerAsync(answer, patience.Token);
        await Echo.SendAndCompareAsync(channel, Count, 0, Most, patience.Token);
    }

    [Fact]
    public async Task Answer_ToChromium_EchoesEveryMessage()
    {
        using ChromeDriver chromium = Start();
        using var patience = new CancellationTokenSource(Patience);
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync();
        var offer = (string)chromium.ExecuteAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            (async () => {
                const pc = window.pc = new RTCPeerConnection();
                window.result = window.work(pc.createDataChannel('echo'), arguments[0]);
                await pc.setLocalDescription(await pc.createOffer());
                await window.gathered(pc);
                done(pc.localDescription.sdp);
            })();
            """,
            Count)!;
        await using HostedPeerConnection connection = await host.AcceptOfferAsync(offer, patience.Token);
        Task serving = Echo.ServeAsync(connection, patience.Token);
        chromium.ExecuteAsyncScript(
            "const done = arguments[arguments.length - 1]; window.pc.setRemoteDescription({ type: 'answer', sdp: arguments[0] }).then(done);", connection.LocalDescription);
        var result = (Dictionary<string, object>)chromium.ExecuteAsyncScript("const done = arguments[arguments.length - 1]; window.result.then(done);")!;
        Assert.Equal((Count, 0), (Convert.ToInt32(result["echoed"], CultureInfo.InvariantCulture), Convert.ToInt32(result["bad"], CultureInfo.InvariantCulture)));
        chromium.ExecuteScript("window.pc.close();");
        await serving.WaitAsync(patience.Token);
    }

    private static ChromeDriver Start()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/chromium") && File.Exists("/usr/bin/chromedriver"), "Debian's chromium and chromium-driver are not installed");
        var options = new ChromeOptions { BinaryLocation = "/usr/bin/chromium" };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
        var driver = new ChromeDriver(ChromeDriverService.CreateDefaultService("/usr/bin", "chromedriver"), options, TimeSpan.FromMinutes(3));
        driver.Manage().Timeouts().AsynchronousJavaScript = Patience;
        driver.ExecuteScript(Page);
        return driver;
    }
}
