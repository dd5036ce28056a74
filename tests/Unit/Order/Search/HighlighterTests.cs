using Suite.Orders.Search;

namespace Suite.Tests.Unit.Orders.Search;

internal sealed class HighlighterTests
{
    [TestCase("tea", "Green Tea, 100 g", "Green [Tea], 100 g")]
    [TestCase("\"green tea\"", "Green Tea and tea, green", "[Green] [Tea] and tea, green")]
    [TestCase("te*", "Tea for ten, not for beaten", "[Tea] for [ten], not for beaten")]
    [TestCase("the", "Thé du matin", "[Thé] du matin")]
    [TestCase("tea -green", "Green tea", "Green [tea]")]
    [TestCase("state:CONFIRMED", "Green tea", null)]
    [TestCase("pot", "Green tea", null)]
    [TestCase("tea", "<b>tea</b>", "<b>[tea]</b>")]
    public void What_matches_is_told_from_what_does_not(string query, string text, string? expected)
    {
        var found = Highlighter.Of(Of(query), new OrderTexts([text], [], [])).SingleOrDefault();
        Assert.That(found is null ? null : string.Concat(found.Fragments.Select(part => part.Match ? $"[{part.Text}]" : part.Text)), Is.EqualTo(expected));
    }

    [Test]
    public void Texts_are_shown_with_what_they_are_and_no_more_than_ten()
    {
        var many = Enumerable.Range(0, 20).Select(i => $"tea {i}").ToList();
        Assert.That(Highlighter.Of(Of("tea"), new OrderTexts(["tea"], ["tea"], many)).Select(h => h.Field), Is.EqualTo((string[])["products", "adjustments", .. Enumerable.Repeat("reasons", 8)]));
    }

    [TestCase("Tea-100 g", "tea|100|g")]
    [TestCase("ﬁne Straße ÅÄÖ", "fine|straße|aao")]
    [TestCase("x²", "x2")]
    [TestCase("お茶 100g", "お茶|100g")]
    [TestCase("\ud800tea\udc00", "tea")]
    [TestCase("---", "")]
    public void Words_are_letters_and_digits_without_case_and_accents(string text, string expected) =>
        Assert.That(string.Join('|', Words.Of(text).Select(word => word.Text)), Is.EqualTo(expected));

    [Test]
    public void A_long_word_is_cut() => Assert.That(Words.Of(new string('a', 1000)).Single().Text, Has.Length.EqualTo(100));

    private static SearchQuery Of(string query) => new(QueryParser.Parse(query), SearchSort.Relevance, true);
}
