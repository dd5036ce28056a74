using System.Net;
using System.Text;
using NUnit.Framework;
using Stripe;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Component.Payments;

/// <summary>Stripe's webhooks at the endpoint of a process whose provider is Stripe.</summary>
internal sealed class StripeEndpointTests
{
    private const string Secret = "whsec_of_the_endpoint";

    private StripeStub _stripe = null!;
    private ProviderHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _stripe = await StripeStub.StartAsync();
        _host = await ProviderHost.StartAsync(
            dataSource: null,
            settings:
            [
                ("SUITE_PROVIDER", "stripe"),
                ("SUITE_STRIPE_API_KEY", "sk_test_1"),
                ("SUITE_STRIPE_WEBHOOK_SECRET", Secret),
                ("SUITE_STRIPE_ADDRESS", _stripe.Address),
            ]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_stripe is not null)
        {
            await _stripe.DisposeAsync();
        }
    }

    [Test]
    public async Task What_Stripe_tells_of_an_authorization_is_what_its_answer_said()
    {
        var payment = Guid.CreateVersion7();
        var answer = (ProviderAnswer.Approved)await _host.Provider.AuthorizeAsync(
            new ProviderAuthorization(payment.ToString(), payment, Guid.NewGuid(), new MoneyAmount(1000, "EUR"), "pm_card_visa"), default);
        var body = _stripe.Event(EventTypes.PaymentIntentAmountCapturableUpdated, _stripe.Intents[answer.Reference]);

        Assert.That(await SendAsync(body, Sign(body)), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await SendAsync(body, Sign(body)), Is.EqualTo(HttpStatusCode.OK));
        var told = _host.Events.Taken.OfType<ProviderEvent.StepAnswered>().Single(e => e.PaymentId == payment);
        Assert.That(
            (told.Key, told.Kind, told.Answer, told.Reference),
            Is.EqualTo((
                payment.ToString(), StepKind.Authorize, (ProviderAnswer)new ProviderAnswer.Approved(answer.Reference), answer.Reference)));
    }

    [Test]
    public async Task A_bad_an_old_and_no_signature_are_401_and_the_simulators_path_is_404()
    {
        var body = """{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}""";

        Assert.That(await SendAsync(body, Sign(body, secret: "whsec_of_another")), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(body, Sign(body, DateTimeOffset.UtcNow.AddSeconds(-310))), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(body, "rubbish"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(body, string.Empty), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(body, Sign(body), "/webhooks/simulator"), Is.EqualTo(HttpStatusCode.NotFound));
        using var page = await _host.Http.GetAsync("/simulator/actions/x");
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("no json")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("")]
    public async Task A_signed_body_that_is_no_event_is_400(string body) =>
        Assert.That(await SendAsync(body, Sign(body)), Is.EqualTo(HttpStatusCode.BadRequest));

    private static string Sign(string body, DateTimeOffset? time = null, string secret = Secret) =>
        EventUtility.GenerateSignatureHeader(body, secret, (time ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds());

    private async Task<HttpStatusCode> SendAsync(string body, string signature, string path = "/webhooks/stripe")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var response = await _host.Http.SendAsync(request);
        return response.StatusCode;
    }
}
