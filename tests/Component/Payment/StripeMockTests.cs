using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Suite.Local;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Component.Payments;

/// <summary>The form of requests to Stripe, checked by stripe-mock against Stripe's own description of its interface.</summary>
internal sealed class StripeMockTests
{
    private Process? _mock;
    private string _address = string.Empty;
    private StripeProvider _provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var program = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "bin", "stripe-mock"));
        if (!File.Exists(program))
        {
            Assert.Ignore("stripe-mock is not here.");
        }

        var port = FreePort();
        // It listens for HTTPS too, by default on a port of its own choice that may be somebody else's.
        _mock = Process.Start(new ProcessStartInfo(program, ["-http-addr", $"127.0.0.1:{port}", "-https-addr", $"127.0.0.1:{FreePort()}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        _mock!.OutputDataReceived += (_, _) => { };
        _mock.ErrorDataReceived += (_, _) => { };
        _mock.BeginOutputReadLine();
        _mock.BeginErrorReadLine();
        _address = $"http://127.0.0.1:{port}";
        _provider = Provider("https://shop.example/back", multicapture: true);
        using var http = new HttpClient();
        await Eventually.That(() => AnswersAsync(http), Is.True);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _provider?.Dispose();
        _mock?.Kill(entireProcessTree: true);
        _mock?.Dispose();
    }

    // The mock checks parameters and answers fixtures, in which every card is declined; of a form that is wrong the answer is "refused".
    [Test]
    public async Task An_authorization_has_the_form_that_Stripe_wants() =>
        Assert.That(await AuthorizeAsync(_provider), Is.EqualTo(new ProviderAnswer.Declined("card_declined")));

    [Test]
    public async Task An_authorization_without_an_address_to_come_back_to_has_it_too()
    {
        using var provider = Provider(returnAddress: null, multicapture: false);
        Assert.That(await AuthorizeAsync(provider), Is.EqualTo(new ProviderAnswer.Declined("card_declined")));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_capture_has_it(bool isFinal) => Assert.That(
        await _provider.CaptureAsync(
            new ProviderCapture(NewKey(), Guid.NewGuid(), "pi_123", new MoneyAmount(600, "EUR"), isFinal), default),
        Is.InstanceOf<ProviderAnswer.Approved>());

    [Test]
    public async Task A_void_has_it() => Assert.That(
        await _provider.VoidAsync(new ProviderVoid(NewKey(), Guid.NewGuid(), "pi_123"), default), Is.InstanceOf<ProviderAnswer.Approved>());

    [Test]
    public async Task A_refund_has_it() => Assert.That(
        await _provider.RefundAsync(new ProviderRefund(NewKey(), Guid.NewGuid(), "pi_123", new MoneyAmount(600, "EUR")), default),
        Is.InstanceOf<ProviderAnswer.Approved>());

    [Test]
    public void Look_ups_have_it()
    {
        foreach (var (kind, reference) in ((StepKind, string)[])
            [(StepKind.Authorize, string.Empty), (StepKind.Capture, "pi_123"), (StepKind.Void, "pi_123"), (StepKind.Refund, "pi_123")])
        {
            Assert.That(
                async () => await _provider.FindAsync(new ProviderQuery(NewKey(), kind, Guid.NewGuid(), reference), default),
                Throws.Nothing);
        }
    }

    [Test]
    public async Task A_list_has_it()
    {
        var count = 0;
        await foreach (var payment in _provider.ListPaymentsAsync(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow, default))
        {
            Assert.That(payment.Reference, Does.StartWith("pi_"));
            count++;
        }

        Assert.That(count, Is.GreaterThan(0));
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static Task<ProviderAnswer> AuthorizeAsync(StripeProvider provider) => provider.AuthorizeAsync(
        new ProviderAuthorization(NewKey(), Guid.NewGuid(), Guid.NewGuid(), new MoneyAmount(1000, "EUR"), "pm_card_visa"), default);

    private StripeProvider Provider(string? returnAddress, bool multicapture) => new(
        new StripeSettings
        {
            ApiKey = "sk_test_123",
            WebhookSecret = "whsec_test",
            Address = _address,
            ReturnAddress = returnAddress,
            Multicapture = multicapture,
        },
        new PaymentOptions());

    private async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(_address);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
