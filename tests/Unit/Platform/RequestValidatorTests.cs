using Google.Protobuf.WellKnownTypes;
using Google.Type;
using NUnit.Framework;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Validation;

namespace Suite.Tests.Unit.Platform;

internal sealed class RequestValidatorTests
{
    private const string Uuid = "01a20f4a-59e9-4e1b-84f3-041e5cc1ad1d";

    [Test]
    public void A_request_that_keeps_the_contract_passes() => Assert.DoesNotThrow(() => RequestValidator.Validate(Valid()));

    [Test]
    public void Every_field_that_breaks_the_contract_is_named()
    {
        var request = Valid();
        request.RequestId = "x";
        request.Order.Customer = "orders/" + Uuid;
        request.Order.PaymentMethod = string.Empty;
        request.Order.Lines[0].Quantity = -1;
        request.Order.Lines.Add(new OrderLine { Product = "products/with space", Quantity = 1_000_001 });

        Assert.That(Fields(() => RequestValidator.Validate(request)), Is.EquivalentTo(new[]
        {
            "request_id", "order.customer", "order.payment_method", "order.lines[0].quantity", "order.lines[1].product", "order.lines[1].quantity",
        }));
    }

    [Test]
    public void An_empty_request_lacks_what_is_required() =>
        Assert.That(Fields(() => RequestValidator.Validate(new CreateOrderRequest())), Is.EquivalentTo(new[] { "order", "request_id" }));

    [Test]
    public void An_update_may_leave_out_what_it_does_not_change_and_changes_nothing_that_is_output_only()
    {
        var request = new UpdateUserRequest { RequestId = Uuid, User = new User { DisplayName = "Ada", State = User.Types.State.Deleted } };

        Assert.DoesNotThrow(() => RequestValidator.Validate(request));
        Assert.That(request.User, Is.EqualTo(new User { DisplayName = "Ada" }));
        Assert.That(Fields(() => RequestValidator.Validate(new UpdateUserRequest())), Is.EquivalentTo(new[] { "user", "request_id" }));
        request.User.DisplayName = new string('x', 201);
        Assert.That(Fields(() => RequestValidator.Validate(request)), Is.EquivalentTo(new[] { "user.display_name" }));
    }

    [TestCase("")]
    [TestCase("users/")]
    [TestCase("users/ada")]
    [TestCase("users/01a20f4a-59e9-4e1b-84f3-041e5cc1ad1d/x")]
    [TestCase("products/tea")]
    public void A_name_that_is_none_is_refused(string customer) => Refused(r => r.Order.Customer = customer, "order.customer");

    [TestCase("")]
    [TestCase("1")]
    [TestCase("{01a20f4a-59e9-4e1b-84f3-041e5cc1ad1d}")]
    [TestCase("01a20f4a59e94e1b84f3041e5cc1ad1d")]
    public void A_request_id_that_is_no_uuid_is_refused(string id) => Refused(r => r.RequestId = id, "request_id");

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(1_000_001)]
    [TestCase(int.MaxValue)]
    public void A_quantity_out_of_range_is_refused(int quantity) => Refused(r => r.Order.Lines[0].Quantity = quantity, "order.lines[0].quantity");

    [TestCase(1)]
    [TestCase(1_000_000)]
    public void The_ends_of_a_range_belong_to_it(int quantity)
    {
        var request = Valid();
        request.Order.Lines[0].Quantity = quantity;
        Assert.DoesNotThrow(() => RequestValidator.Validate(request));
    }

    [TestCase("products/")]
    [TestCase("products/a b")]
    [TestCase("products/a/b")]
    [TestCase("products/é")]
    [TestCase("products/tea\n")]
    public void A_sku_of_other_characters_is_refused(string product) => Refused(r => r.Order.Lines[0].Product = product, "order.lines[0].product");

    [TestCase(64, true)]
    [TestCase(65, false)]
    public void A_sku_has_at_most_64_characters(int length, bool taken)
    {
        var request = Valid();
        request.Order.Lines[0].Product = "products/" + new string('a', length);
        Assert.That(() => RequestValidator.Validate(request), taken ? Throws.Nothing : Throws.TypeOf<DomainException>());
    }

    [Test]
    public void An_order_without_lines_is_refused() => Refused(r => r.Order.Lines.Clear(), "order.lines");

    [TestCase(500, true)]
    [TestCase(501, false)]
    public void An_order_has_at_most_500_lines(int count, bool taken)
    {
        var request = Valid();
        request.Order.Lines.Clear();
        request.Order.Lines.Add(Enumerable.Repeat(new OrderLine { Product = "products/tea", Quantity = 1 }, count));
        Assert.That(() => RequestValidator.Validate(request), taken ? Throws.Nothing : Throws.TypeOf<DomainException>());
    }

    [Test]
    public void What_only_the_service_says_is_cleared_when_a_caller_says_it()
    {
        var request = Valid();
        request.Order.Total = new Money { CurrencyCode = "EUR", Units = 1 };
        request.Order.State = Suite.Contracts.Orders.V1.Order.Types.State.Confirmed;
        request.Order.Payment = "nonsense";
        request.Order.CreateTime = Timestamp.FromDateTime(System.DateTime.UnixEpoch);
        request.Order.Lines[0].UnitPrice = new Money { CurrencyCode = "EUR", Units = 0 };

        RequestValidator.Validate(request);

        Assert.That(request, Is.EqualTo(Valid()));
    }

    [Test]
    public void A_uuid_is_spelt_in_lower_case()
    {
        var request = Valid();
        request.RequestId = Uuid.ToUpperInvariant();
        RequestValidator.Validate(request);
        Assert.That(request.RequestId, Is.EqualTo(Uuid));
    }

    [Test]
    public void Length_is_counted_in_characters_and_not_in_halves_of_them()
    {
        var request = Valid();
        request.Order.PaymentMethod = string.Concat(Enumerable.Repeat("🍵", 200));
        Assert.DoesNotThrow(() => RequestValidator.Validate(request));
        Refused(r => r.Order.PaymentMethod = string.Concat(Enumerable.Repeat("🍵", 201)), "order.payment_method");
    }

    [Test]
    public void Text_with_NUL_is_refused_since_no_database_takes_it() => Refused(r => r.Order.PaymentMethod = "tok\0", "order.payment_method");

    [Test]
    public void Items_of_a_list_are_named_by_their_place()
    {
        var request = new BatchGetUsersRequest { Names = { "users/" + Uuid, "users/x" } };
        Assert.That(Fields(() => RequestValidator.Validate(request)), Is.EqualTo(new[] { "names[1]" }));
        Assert.That(Fields(() => RequestValidator.Validate(new BatchGetUsersRequest())), Is.EqualTo(new[] { "names" }));
        request.Names.Add(Enumerable.Repeat("users/" + Uuid, 1000));
        Assert.That(Fields(() => RequestValidator.Validate(request)), Is.EqualTo(new[] { "names" }));
    }

    [Test]
    public void A_negative_page_is_refused_and_a_large_one_is_not()
    {
        Assert.That(Fields(() => RequestValidator.Validate(new ListOrdersRequest { PageSize = -1 })), Is.EqualTo(new[] { "page_size" }));
        Assert.DoesNotThrow(() => RequestValidator.Validate(new ListOrdersRequest { PageSize = int.MaxValue }));
    }

    [Test]
    public void A_request_with_thousands_of_faults_names_some_of_them()
    {
        var request = new BatchGetUsersRequest { Names = { Enumerable.Repeat("x", 1000) } };
        Assert.That(Fields(() => RequestValidator.Validate(request)), Has.Length.InRange(50, 1000));
    }

    [Test]
    public void Every_request_of_the_contracts_can_be_validated()
    {
        var requests = typeof(CreateOrderRequest).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Request", StringComparison.Ordinal) && t.IsAssignableTo(typeof(Google.Protobuf.IMessage)))
            .Select(t => (Google.Protobuf.IMessage)Activator.CreateInstance(t)!).ToArray();
        Assert.That(requests, Has.Length.GreaterThan(15));
        foreach (var request in requests)
        {
            try
            {
                RequestValidator.Validate(request);
            }
            catch (DomainException e)
            {
                Assert.That(e.Fields, Is.Not.Empty, request.Descriptor.FullName);
            }
        }
    }

    [Test]
    public void A_replay_says_who_asks() =>
        Assert.That(Fields(() => RequestValidator.Validate(new ReplayDeadLettersRequest { RequestId = Uuid })), Is.EqualTo(new[] { "note" }));

    private static void Refused(Action<CreateOrderRequest> change, string field)
    {
        var request = Valid();
        change(request);
        Assert.That(Fields(() => RequestValidator.Validate(request)), Is.EqualTo(new[] { field }));
    }

    private static string[] Fields(Action validate) => [.. Assert.Throws<DomainException>(validate)!.Fields.Select(f => f.Field)];

    private static CreateOrderRequest Valid() => new()
    {
        RequestId = Uuid,
        Order = new Suite.Contracts.Orders.V1.Order
        {
            Customer = "users/" + Uuid,
            PaymentMethod = "tok_visa",
            Lines = { new OrderLine { Product = "products/tea", Quantity = 2 } },
        },
    };
}
