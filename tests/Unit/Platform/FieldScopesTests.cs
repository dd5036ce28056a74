using System.Collections.Frozen;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Tests.Unit.Platform;

internal sealed class FieldScopesTests
{
    private static readonly CreateOrderRequest Adjusted = new() { Order = new Order { Adjustments = { new OrderAdjustment() } } };

    [Test]
    public void A_field_that_needs_a_scope_is_found_wherever_it_stands_in_a_request()
    {
        foreach (var request in (Google.Protobuf.IMessage[])[Adjusted, new ImportOrdersRequest { Order = Adjusted }, Adjusted.Order])
        {
            var error = Assert.Throws<DomainException>(() => FieldScopes.Check(request, With("orders.write")));
            Assert.That((error!.Reason, error.Details["scope"]), Is.EqualTo((ErrorReason.ScopeMissing, "adjustments.write")));
            Assert.That(() => FieldScopes.Check(request, With("orders.write", "adjustments.write")), Throws.Nothing);
        }
    }

    [Test]
    public void A_request_that_does_not_set_it_needs_no_scope()
    {
        Assert.That(() => FieldScopes.Check(new CreateOrderRequest { Order = new Order { Customer = "users/1" } }, With()), Throws.Nothing);
        Assert.That(() => FieldScopes.Check(new CreateOrderRequest(), With()), Throws.Nothing);
        Assert.That(() => FieldScopes.Check(new GetOrderRequest { Name = "orders/1" }, With()), Throws.Nothing);
    }

    [Test]
    public void The_scopes_of_fields_can_be_given_to_keys() =>
        Assert.That(MethodPolicies.GrantableScopes, Is.SupersetOf(FieldScopes.All.Values));

    private static Caller With(params string[] scopes) => new() { Kind = CallerKind.ApiKey, Name = "apiKeys/1", Scopes = scopes.ToFrozenSet() };
}
