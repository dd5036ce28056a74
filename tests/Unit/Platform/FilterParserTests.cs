using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;

namespace Suite.Tests.Unit.Platform;

internal sealed class FilterParserTests
{
    [TestCase("")]
    [TestCase("   ")]
    public void An_empty_filter_has_no_terms(string filter) => Assert.That(FilterParser.Parse(filter), Is.Empty);

    [Test]
    public void Comparisons_are_read_in_order_with_their_positions()
    {
        var terms = FilterParser.Parse("customer = \"users/1\" AND state=CONFIRMED AND create_time >= 2026-01-31T12:00:00Z");

        Assert.That(terms, Is.EqualTo(new[]
        {
            new FilterTerm("customer", "=", "users/1", 0),
            new FilterTerm("state", "=", "CONFIRMED", 25),
            new FilterTerm("create_time", ">=", "2026-01-31T12:00:00Z", 45),
        }));
    }

    [TestCase("=")]
    [TestCase("!=")]
    [TestCase("<")]
    [TestCase("<=")]
    [TestCase(">")]
    [TestCase(">=")]
    public void Every_comparison_is_read_with_and_without_spaces(string comparison)
    {
        Assert.That(FilterParser.Parse($"a{comparison}1").Single().Operator, Is.EqualTo(comparison));
        Assert.That(FilterParser.Parse($" a  {comparison}\t1 ").Single(), Is.EqualTo(new FilterTerm("a", comparison, "1", 1)));
    }

    [TestCase("a = \"x AND b = 1\"", "x AND b = 1")]
    [TestCase("a = \"say \\\"hi\\\"\"", "say \"hi\"")]
    [TestCase("a = \"back\\\\slash\"", "back\\slash")]
    [TestCase("a = \"\"", "")]
    [TestCase("a = \"größer\"", "größer")]
    public void A_quoted_value_is_taken_as_it_is(string filter, string value) =>
        Assert.That(FilterParser.Parse(filter).Single().Value, Is.EqualTo(value));

    [TestCase("state == CONFIRMED", 6)]
    [TestCase("state", 5)]
    [TestCase("state =", 7)]
    [TestCase("= 1", 0)]
    [TestCase("a = 1 b = 2", 6)]
    [TestCase("a = 1 OR b = 2", 6)]
    [TestCase("a = 1 and b = 2", 6)]
    [TestCase("a = 1 AND", 6)]
    [TestCase("a = 1 AND ", 10)]
    [TestCase("a = 1 ANDb = 2", 6)]
    [TestCase("a = \"open", 4)]
    [TestCase("a = \"open\\\"", 4)]
    [TestCase("(a = 1)", 0)]
    [TestCase("a = 1; DROP TABLE orders", 7)]
    [TestCase("a <> 1", 2)]
    [TestCase("NOT a = 1", 4)]
    public void What_is_no_filter_is_refused_with_the_position(string filter, int position)
    {
        var error = Assert.Throws<DomainException>(() => FilterParser.Parse(filter));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.FilterInvalid));
        Assert.That(error.Details["position"], Is.EqualTo($"{position}"));
    }

    [Test]
    public void Any_text_is_either_read_or_refused()
    {
        var random = new Random(4711);
        const string alphabet = "ab_. =!<>\"\\()AND1é\t";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            try
            {
                foreach (var term in FilterParser.Parse(text))
                {
                    Assert.That(text.AsSpan(term.Position).StartsWith(term.Field), text);
                }
            }
            catch (DomainException e)
            {
                Assert.That(int.Parse(e.Details["position"], null), Is.InRange(0, text.Length), text);
            }
        }
    }
}
