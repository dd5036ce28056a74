using Google.Protobuf.Reflection;
using Npgsql;
using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;

namespace Suite.Tests.Unit.Platform;

internal sealed class FilterSchemaTests
{
    private static readonly FilterSchema Schema = new FilterSchema()
        .Resource("customer", "users", "customer_id")
        .Enum("state", OrderServiceReflection.Descriptor.FindTypeByName<MessageDescriptor>("Order").EnumTypes[0], "state")
        .Time("create_time", "create_time")
        .TextIgnoringCase("email", "email");

    [Test]
    public void A_filter_becomes_columns_and_parameters()
    {
        var id = Guid.CreateVersion7();
        var parameters = Some();

        var sql = Schema.ToSql($"customer = \"users/{id}\" AND state != CONFIRMED AND create_time > \"2026-01-31T13:00:00+01:00\"", parameters);

        Assert.That(sql, Is.EqualTo(" AND customer_id = $2 AND state <> $3 AND create_time > $4"));
        Assert.That(parameters.Skip(1).Select(p => p.Value), Is.EqualTo(new object[] { id, (short)2, new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero) }));
    }

    [Test]
    public void Text_compares_without_regard_to_case()
    {
        var parameters = Some();

        Assert.That(Schema.ToSql("email = \"ADA@example.com\"", parameters), Is.EqualTo(" AND lower(email) = lower($2)"));
        Assert.That(parameters[1].Value, Is.EqualTo("ADA@example.com"));
    }

    [TestCase("nothing = 1")]
    [TestCase("email > a")]
    [TestCase("email = a\0b")]
    [TestCase("customer = 1")]
    [TestCase("customer = \"orders/01a20f4a-59e9-7e1b-84f3-041e5cc1ad1d\"")]
    [TestCase("customer > \"users/01a20f4a-59e9-7e1b-84f3-041e5cc1ad1d\"")]
    [TestCase("state = confirmed")]
    [TestCase("state = STATE_UNSPECIFIED")]
    [TestCase("state = 2")]
    [TestCase("state < CONFIRMED")]
    [TestCase("create_time > yesterday")]
    public void What_a_field_can_not_be_compared_with_is_refused(string filter) =>
        Assert.Throws<DomainException>(() => Schema.ToSql(filter, Some()));

    [Test]
    public void Nothing_a_caller_writes_becomes_sql()
    {
        var schema = new FilterSchema().Time("t", "t");
        Assert.Throws<DomainException>(() => schema.ToSql("t = \"'; DROP TABLE orders; --\"", Some()));
    }

    private static NpgsqlParameterCollection Some()
    {
        var command = new NpgsqlCommand();
        command.Parameters.Add(new NpgsqlParameter { Value = 1 });
        return command.Parameters;
    }
}
