using Google.Api;
using Google.Protobuf.Reflection;
using NUnit.Framework;
using Suite.Contracts.Common.V1;

namespace Suite.Tests.Contract;

/// <summary>Names that clients, tests and docs count on: more may be added, none of these renamed or moved.</summary>
internal sealed class SurfaceTests
{
    [TestCase("suite.user.v1.UserService", "CreateUser GetUser BatchGetUsers")]
    [TestCase("suite.order.v1.ProductService", "CreateProduct GetProduct ListProducts")]
    [TestCase("suite.order.v1.OrderService", "CreateOrder GetOrder ListOrders CancelOrder WatchOrder ImportOrders")]
    [TestCase("suite.payment.v1.PaymentService", "GetPayment ListPayments")]
    [TestCase("suite.payment.v1.LedgerService", "GetTrialBalance")]
    [TestCase("suite.ops.v1.DeadLetterService", "ListDeadLetters ReplayDeadLetters")]
    public void A_service_has_its_methods(string service, string methods)
    {
        var found = Contracts.Services.Single(s => s.FullName == service);
        Assert.That(found.Methods.Select(m => m.Name), Is.SupersetOf(methods.Split(' ')));
    }

    [TestCase("suite.order.v1.OrderService.WatchOrder", false, true)]
    [TestCase("suite.order.v1.OrderService.ImportOrders", true, true)]
    [TestCase("suite.order.v1.OrderService.CreateOrder", false, false)]
    public void A_method_streams_as_it_always_did(string method, bool client, bool server)
    {
        var found = Contracts.Services.SelectMany(s => s.Methods).Single(m => m.FullName == method);
        Assert.That((found.IsClientStreaming, found.IsServerStreaming), Is.EqualTo((client, server)));
    }

    [TestCase("suite.user.v1.User", "name=1 email=2 display_name=3 state=4 create_time=5 update_time=6 etag=7")]
    [TestCase("suite.order.v1.Product", "name=1 display_name=2 price=3 state=4 create_time=5 update_time=6 etag=7")]
    [TestCase("suite.order.v1.Order", "name=1 customer=2 lines=3 total=4 payment_method=5 payment=6 state=7 state_reason=8 create_time=9 update_time=10 etag=11 version=12")]
    [TestCase("suite.order.v1.OrderLine", "product=1 quantity=2 unit_price=3 amount=4")]
    [TestCase("suite.order.v1.CreateOrderRequest", "order=1 request_id=2")]
    [TestCase("suite.order.v1.OrderPlaced", "order=1 version=2 customer=3 total=4 payment_method=5 place_time=6")]
    [TestCase("suite.payment.v1.Payment", "name=1 order=2 amount=3 state=6 decline_reason=7 provider_reference=8 create_time=9 update_time=10 etag=11")]
    [TestCase("suite.payment.v1.PaymentAuthorized", "payment=1 order=2 amount=3 provider_reference=4 authorize_time=5")]
    public void A_message_keeps_its_fields_and_their_numbers(string message, string fields)
    {
        var found = Contracts.Messages.Single(m => m.FullName == message);
        Assert.That(found.Fields.InDeclarationOrder().Select(f => $"{f.Name}={f.FieldNumber}"), Is.SupersetOf(fields.Split(' ')));
    }

    [TestCase("suite.user.v1.User.State", "ACTIVE=1 SUSPENDED=2 DELETED=3")]
    [TestCase("suite.order.v1.Order.State", "PENDING=1 CONFIRMED=2 REJECTED=3 CANCELLED=4")]
    [TestCase("suite.payment.v1.Payment.State", "PENDING=1 AUTHORIZED=2 DECLINED=3 VOIDED=5")]
    public void A_state_keeps_its_number(string type, string values)
    {
        var found = Contracts.Enums.Single(e => e.FullName == type);
        Assert.That(found.Values.Select(v => $"{v.Name}={v.Number}"), Is.SupersetOf(values.Split(' ')));
    }

    [TestCase("suite.user.v1.User", "users/{user}")]
    [TestCase("suite.order.v1.Order", "orders/{order}")]
    [TestCase("suite.order.v1.Product", "products/{product}")]
    [TestCase("suite.payment.v1.Payment", "payments/{payment}")]
    public void A_resource_has_its_name(string message, string pattern)
    {
        var found = Contracts.Messages.Single(m => m.FullName == message);
        var resource = found.GetOptions().GetExtension(ResourceExtensions.Resource);
        Assert.That(resource.Pattern, Is.EqualTo(new[] { pattern }));
        Assert.That(resource.Type, Is.EqualTo("suite/" + found.Name));
        Assert.That(Behaviors(found.FindFieldByName("name")), Does.Contain(FieldBehavior.Identifier));
    }

    [Test]
    public void Every_resource_reference_names_a_resource_there_is()
    {
        var known = Contracts.Messages.Select(m => m.GetOptions()?.GetExtension(ResourceExtensions.Resource)?.Type).OfType<string>().ToHashSet();
        var named = Contracts.Messages.SelectMany(m => m.Fields.InDeclarationOrder())
            .Select(f => f.GetOptions()?.GetExtension(ResourceExtensions.ResourceReference)?.Type).OfType<string>();
        Assert.That(named.Distinct(), Is.SubsetOf(known).And.Not.Empty);
    }

    [TestCase("suite.order.v1.Order", "total payment state state_reason create_time update_time etag version", FieldBehavior.OutputOnly)]
    [TestCase("suite.order.v1.Order", "customer lines payment_method", FieldBehavior.Required)]
    [TestCase("suite.order.v1.Order", "payment_method", FieldBehavior.InputOnly)]
    [TestCase("suite.order.v1.OrderLine", "unit_price amount", FieldBehavior.OutputOnly)]
    [TestCase("suite.order.v1.OrderLine", "product quantity", FieldBehavior.Required)]
    [TestCase("suite.user.v1.User", "state create_time update_time", FieldBehavior.OutputOnly)]
    [TestCase("suite.payment.v1.Payment", "order amount state decline_reason provider_reference create_time update_time etag", FieldBehavior.OutputOnly)]
    public void Fields_behave_as_they_say(string message, string fields, FieldBehavior behavior)
    {
        var found = Contracts.Messages.Single(m => m.FullName == message);
        foreach (var field in fields.Split(' '))
        {
            Assert.That(Behaviors(found.FindFieldByName(field)), Does.Contain(behavior), field);
        }
    }

    [Test]
    public void Every_list_can_be_paged()
    {
        foreach (var method in Contracts.Services.SelectMany(s => s.Methods).Where(m => m.Name.StartsWith("List", StringComparison.Ordinal)))
        {
            Assert.That(method.InputType.Fields.InDeclarationOrder().Select(f => f.Name), Is.SupersetOf(new[] { "page_size", "page_token" }), method.FullName);
            Assert.That(method.OutputType.FindFieldByName("next_page_token"), Is.Not.Null, method.FullName);
        }
    }

    [Test]
    public void Money_is_never_a_floating_point_number()
    {
        var floats = Contracts.Messages.SelectMany(m => m.Fields.InDeclarationOrder()).Where(f => f.FieldType is FieldType.Double or FieldType.Float);
        Assert.That(floats.Select(f => f.FullName), Is.Empty);
    }

    [Test]
    public void Every_enum_starts_with_a_value_that_means_not_set()
    {
        foreach (var type in Contracts.Enums)
        {
            Assert.That(type.FindValueByNumber(0).Name, Does.EndWith("_UNSPECIFIED"), type.FullName);
        }
    }

    [Test]
    public void A_request_id_looks_the_same_everywhere()
    {
        var fields = Contracts.Messages.Where(m => m.Name.EndsWith("Request", StringComparison.Ordinal)).Select(m => m.FindFieldByName("request_id")).OfType<FieldDescriptor>();
        foreach (var field in fields)
        {
            Assert.That(Behaviors(field), Does.Contain(FieldBehavior.Required), field.FullName);
            Assert.That(field.GetOptions().GetExtension(FieldInfoExtensions.FieldInfo).Format, Is.EqualTo(FieldInfo.Types.Format.Uuid4), field.FullName);
        }
    }

    [Test]
    public void Rules_can_hold()
    {
        foreach (var field in Contracts.Messages.SelectMany(m => m.Fields.InDeclarationOrder()))
        {
            if (field.GetOptions()?.GetExtension(RulesExtensions.Rules) is not { } rules)
            {
                continue;
            }

            Assert.That(rules.MaxLength == 0 || field.FieldType == FieldType.String, field.FullName);
            Assert.That(rules.MaxItems == 0 || field.IsRepeated, field.FullName);
            Assert.That(!rules.HasMaximum || !rules.HasMinimum || rules.Minimum <= rules.Maximum, field.FullName);
        }
    }

    private static IEnumerable<FieldBehavior> Behaviors(FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior) ?? Enumerable.Empty<FieldBehavior>();
}
