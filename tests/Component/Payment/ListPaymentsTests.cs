using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments;
using Suite.Payments.Features;
using Suite.Platform.Errors;
using Suite.Platform.Listing;
using Suite.Platform.Security;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class ListPaymentsTests : PaymentFixture
{
    private readonly PageTokens _tokens = new();
    private Guid[] _orders = [];

    private static readonly Caller Backend = new() { Kind = CallerKind.ApiKey, Name = "apiKeys/1" };
    private static readonly string Ada = $"users/{Guid.CreateVersion7()}";
    private static readonly Caller SignedIn = new() { Kind = CallerKind.User, Name = Ada };

    private ListPayments List => new(Store, _tokens);

    [OneTimeSetUp]
    public async Task MakePayments()
    {
        _tokens.UseSecret(new byte[32]);
        _orders = [.. Enumerable.Range(0, 25).Select(_ => Guid.CreateVersion7())];
        var replica = Replica().StartWorking();
        await replica.HandleAsync(
            [.. _orders.Select((order, i) => PaymentReplica.Placed(order, i % 5 == 0 ? "tok_declined" : "tok_visa", customer: i % 8 == 1 ? Ada : null))]);
        await UntilAsync(
            async () => await Database.ScalarAsync<long>("SELECT count(*) FROM payments WHERE state <> 1") == _orders.Length,
            "all are answered");
    }

    [Test]
    public async Task Pages_walk_all_payments_once_from_the_newest()
    {
        var names = new List<string>();
        var request = new ListPaymentsRequest { PageSize = 7 };
        do
        {
            var page = await List.RunAsync(request, Backend, CancellationToken.None);
            Assert.That(page.Payments, Has.Count.LessThanOrEqualTo(7));
            names.AddRange(page.Payments.Select(p => p.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.That(names, Is.Unique.And.Ordered.Descending.And.Count.EqualTo(_orders.Length));
    }

    [Test]
    public async Task An_order_finds_its_payment()
    {
        var page = await List.RunAsync(new ListPaymentsRequest { Filter = $"order = \"orders/{_orders[3]}\"" }, Backend, CancellationToken.None);

        var payment = page.Payments.Single();
        Assert.That(payment.Order, Is.EqualTo($"orders/{_orders[3]}"));
        Assert.That(payment.State, Is.EqualTo(State.Authorized));
        Assert.That(payment.Amount.Units, Is.EqualTo(12));
        Assert.That(payment.ProviderReference, Does.StartWith("sim_"));
        Assert.That(payment.Etag, Is.EqualTo("2"));
    }

    [Test]
    public async Task States_and_times_filter()
    {
        var declined = await List.RunAsync(new ListPaymentsRequest { Filter = "state = DECLINED" }, Backend, CancellationToken.None);
        var future = await List.RunAsync(
            new ListPaymentsRequest { Filter = "state = DECLINED AND create_time > \"2100-01-01T00:00:00Z\"" }, Backend, CancellationToken.None);

        Assert.That(declined.Payments, Has.Count.EqualTo(5));
        Assert.That(declined.Payments.Select(p => p.DeclineReason), Has.All.EqualTo("card_declined"));
        Assert.That(future.Payments, Is.Empty);
    }

    [Test]
    public async Task References_customers_and_times_of_change_filter()
    {
        var payment = await PaymentAsync(_orders[1]);

        var byReference = await FilteredAsync($"provider_reference = \"{payment.ProviderReference}\"");
        var byCustomer = await FilteredAsync($"customer = \"{Ada}\"");
        var changed = await FilteredAsync($"customer = \"{Ada}\" AND update_time > \"2100-01-01T00:00:00Z\"");

        Assert.That(byReference.Select(p => p.Name), Is.EqualTo(new[] { payment.Name }));
        Assert.That(byCustomer.Select(p => p.Order), Is.EquivalentTo(_orders.Where((_, i) => i % 8 == 1).Select(o => $"orders/{o}")));
        Assert.That(byCustomer.Select(p => p.Customer), Has.All.EqualTo(Ada));
        Assert.That(changed, Is.Empty);
        Assert.That(byReference.Single().Steps, Is.Empty);

        async Task<IReadOnlyList<Payment>> FilteredAsync(string filter) =>
            (await List.RunAsync(new ListPaymentsRequest { Filter = filter }, Backend, CancellationToken.None)).Payments;
    }

    [Test]
    public async Task Somebody_signed_in_sees_their_own_payments_and_those_of_others_as_little_as_none()
    {
        var page = await List.RunAsync(new ListPaymentsRequest { PageSize = 2 }, SignedIn, CancellationToken.None);
        var rest = await List.RunAsync(new ListPaymentsRequest { PageToken = page.NextPageToken }, SignedIn, CancellationToken.None);
        var own = page.Payments.Concat(rest.Payments).Select(p => p.Order).ToArray();
        Assert.That(own, Is.EquivalentTo(_orders.Where((_, i) => i % 8 == 1).Select(o => $"orders/{o}")));

        var others = await List.RunAsync(
            new ListPaymentsRequest { Filter = $"order = \"orders/{_orders[0]}\"" }, SignedIn, CancellationToken.None);
        Assert.That(others.Payments, Is.Empty);
        Assert.That(PaymentGrpcService.MayKnowOf(SignedIn, (await PaymentAsync(_orders[1])).CustomerId), Is.True);
        Assert.That(PaymentGrpcService.MayKnowOf(SignedIn, (await PaymentAsync(_orders[0])).CustomerId), Is.False);
        await Assert.ThatAsync(
            () => List.RunAsync(new ListPaymentsRequest { PageToken = page.NextPageToken }, Backend, CancellationToken.None),
            Throws.InstanceOf<DomainException>().With.Property("Reason").EqualTo(ErrorReason.PageTokenInvalid));
    }

    [Test]
    public async Task A_token_of_another_query_and_an_unknown_field_are_refused()
    {
        var page = await List.RunAsync(new ListPaymentsRequest { PageSize = 1 }, Backend, CancellationToken.None);

        await Assert.ThatAsync(
            () => List.RunAsync(
                new ListPaymentsRequest { PageToken = page.NextPageToken, Filter = "state = DECLINED" }, Backend, CancellationToken.None),
            Throws.InstanceOf<DomainException>().With.Property("Reason").EqualTo(ErrorReason.PageTokenInvalid));
        await Assert.ThatAsync(
            () => List.RunAsync(new ListPaymentsRequest { Filter = "payment_method = \"tok_visa\"" }, Backend, CancellationToken.None),
            Throws.InstanceOf<DomainException>().With.Property("Reason").EqualTo(ErrorReason.FilterInvalid));
    }
}
