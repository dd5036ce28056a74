using Suite.Contracts.Common.V1;
using Suite.Orders.Search;
using Suite.Platform.Errors;

namespace Suite.Tests.Unit.Orders.Search;

internal sealed class QueryParserTests
{
    private const string Id = "0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e";

    [TestCase("", "")]
    [TestCase("  \t ", "")]
    [TestCase("tea", "tea")]
    [TestCase("Grüner TEA", "gruner|tea")]
    [TestCase("\"green tea\"", "green+tea")]
    [TestCase("tea-100", "tea+100")]
    [TestCase("te*", "te*")]
    [TestCase("green-te*", "green+te*")]
    [TestCase("-tea", "!tea")]
    [TestCase("-\"green tea\" pot", "!green+tea|pot")]
    [TestCase("\"say \\\"hi\\\"\"", "say+hi")]
    [TestCase("AND", "and")]
    [TestCase("(tea)", "tea")]
    public void Words_and_phrases_are_read(string query, string expected) =>
        Assert.That(string.Join('|', QueryParser.Parse(query).Cast<WordsPart>().Select(Told)), Is.EqualTo(expected));

    [TestCase("<script>alert(1)</script>", "script+alert+1+script")]
    [TestCase("/te.*a/", "te+a")]
    [TestCase("\"ctx._source.remove('x')\"", "ctx+source+remove+x")]
    [TestCase("a{1,3}b", "a+1+3+b")]
    [TestCase("'; DROP", null)]
    [TestCase("x'); DROP--", "x|drop")]
    public void What_looks_like_a_script_or_a_regular_expression_is_text(string query, string? expected)
    {
        if (expected is null)
        {
            Assert.That(Refused(query).Details["position"], Is.EqualTo("0"), "';' has neither letter nor digit");
            return;
        }

        Assert.That(string.Join('|', QueryParser.Parse(query).Cast<WordsPart>().Select(Told)), Is.EqualTo(expected));
    }

    [TestCase("state:CONFIRMED", SearchField.State)]
    [TestCase("customer:users/" + Id, SearchField.Customer)]
    [TestCase("customer:" + Id, SearchField.Customer)]
    [TestCase("payment:payments/" + Id, SearchField.Payment)]
    [TestCase("product:products/tea-100", SearchField.Product)]
    [TestCase("currency:EUR", SearchField.Currency)]
    public void Values_are_read(string query, object field) => Assert.That(((ValuePart)QueryParser.Parse(query).Single()).Field, Is.EqualTo(field));

    [TestCase("total>100", "(100..")]
    [TestCase("total>=100.50", "[100.50..")]
    [TestCase("total<0.5", "..0.5)")]
    [TestCase("total<=7", "..7]")]
    [TestCase("total:7", "[7..7]")]
    [TestCase("create_time:1970-01-02", "[86400000000..172800000000)")]
    [TestCase("create_time>1970-01-02", "[172800000000..")]
    [TestCase("create_time>=1970-01-02", "[86400000000..")]
    [TestCase("create_time<1970-01-02", "..86400000000)")]
    [TestCase("create_time<=1970-01-02", "..172800000000)")]
    [TestCase("update_time:1970-01-01T01:00:00.000001+01:00", "[1..1]")]
    public void Ranges_are_read(string query, string expected)
    {
        var range = (RangePart)QueryParser.Parse(query).Single();
        var from = range.From is { } least ? $"{(range.IsFromIncluded ? '[' : '(')}{least}" : string.Empty;
        var to = range.To is { } most ? $"{most}{(range.IsToIncluded ? ']' : ')')}" : string.Empty;
        Assert.That($"{from}..{to}", Is.EqualTo(expected));
    }

    [TestCase("*tea", 0, "wildcard")]
    [TestCase("tea ?ot", 4, "wildcard")]
    [TestCase("tea *", 4, "wildcard")]
    [TestCase("colour:red", 0, "one of state, customer")]
    [TestCase("tea http://x", 4, "in quotes")]
    [TestCase("state:OPEN", 6, "one of PENDING")]
    [TestCase("state>PENDING", 5, "':'")]
    [TestCase("state:", 6, "one of PENDING")]
    [TestCase("total=5", 5, "one of : <")]
    [TestCase("total>much", 6, "an amount")]
    [TestCase("total>1e9", 6, "an amount")]
    [TestCase("create_time>yesterday", 12, "a time")]
    [TestCase("customer:users/7", 9, "users/{uuid}")]
    [TestCase("currency:EURO", 9, "ISO 4217")]
    [TestCase("\"green tea", 0, "closed")]
    [TestCase("tea\"pot\"", 3, "a space")]
    [TestCase("tea ---", 5, "a word")]
    [TestCase("te\u0001a", 2, "control")]
    [TestCase("\"te\u0000a\"", 3, "control")]
    public void What_can_not_be_read_is_refused_with_where_and_what_was_expected(string query, int position, string expected)
    {
        var refused = Refused(query);
        Assert.That(refused.Details["position"], Is.EqualTo($"{position}"));
        Assert.That(refused.Details["expected"], Does.Contain(expected));
    }

    [Test]
    public void A_query_has_at_most_32_parts()
    {
        var most = string.Join(' ', Enumerable.Repeat("tea", 32));
        Assert.That(QueryParser.Parse(most), Has.Count.EqualTo(32));
        Assert.That(Refused(most + " pot").Details["position"], Is.EqualTo("128"));
    }

    [Test]
    public void Whatever_it_is_given_it_reads_it_or_says_where_it_can_not()
    {
        var random = new Random(4711);
        const string letters = "ab1 \"\\*?:<>=-_()/.é\ud83c\udf75\ud800\u0002\ttotalstate";
        for (var i = 0; i < 20_000; i++)
        {
            var query = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => letters[random.Next(letters.Length)]));
            try
            {
                QueryParser.Parse(query);
            }
            catch (DomainException e)
            {
                Assert.That((e.Reason, int.Parse(e.Details["position"])), Is.EqualTo((ErrorReason.QueryInvalid, int.Parse(e.Details["position"]))));
                Assert.That(int.Parse(e.Details["position"]), Is.InRange(0, query.Length), query);
            }
        }
    }

    private static DomainException Refused(string query)
    {
        var refused = Assert.Throws<DomainException>(() => QueryParser.Parse(query))!;
        Assert.That(refused.Reason, Is.EqualTo(ErrorReason.QueryInvalid));
        return refused;
    }

    private static string Told(WordsPart part) => $"{(part.IsNot ? "!" : string.Empty)}{string.Join('+', part.Words)}{(part.IsPrefix ? "*" : string.Empty)}";
}
