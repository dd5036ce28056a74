using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;

namespace Suite.Tests.Unit.Platform;

internal sealed class PageTokensTests
{
    private const string Query = "ListOrders state = CONFIRMED";

    private readonly PageTokens _tokens = With(1);

    [TestCase("0197c1f05b3e7c3a9d1e2f4a6b8c0d1e")]
    [TestCase("x")]
    [TestCase("größer/+= ")]
    public void A_token_gives_back_where_the_page_ended(string cursor) =>
        Assert.That(_tokens.Decode(Query, _tokens.Encode(Query, cursor)), Is.EqualTo(cursor));

    [Test]
    public void The_first_page_has_no_cursor() => Assert.That(_tokens.Decode(Query, string.Empty), Is.Null);

    [Test]
    public void A_token_is_taken_by_every_replica_with_the_secret() =>
        Assert.That(With(1).Decode(Query, _tokens.Encode(Query, "x")), Is.EqualTo("x"));

    [Test]
    public void A_token_of_another_query_is_refused() => Refused(_tokens, "ListOrders state = PENDING", _tokens.Encode(Query, "x"));

    [Test]
    public void A_token_of_another_secret_is_refused() => Refused(With(2), Query, _tokens.Encode(Query, "x"));

    [TestCase("x")]
    [TestCase("not base64!")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("é")]
    public void What_is_no_token_is_refused(string token) => Refused(_tokens, Query, token);

    [Test]
    public void A_token_with_any_character_changed_is_refused()
    {
        var token = _tokens.Encode(Query, "0197c1f05b3e7c3a9d1e2f4a6b8c0d1e");
        for (var i = 0; i < token.Length - 1; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Refused(_tokens, Query, new string(changed));
        }
    }

    [TestCase(0, 50)]
    [TestCase(1, 1)]
    [TestCase(1000, 1000)]
    [TestCase(1001, 1000)]
    [TestCase(int.MaxValue, 1000)]
    public void A_large_page_is_clamped_and_never_refused(int asked, int given) => Assert.That(PageTokens.Size(asked), Is.EqualTo(given));

    [Test]
    public void A_negative_page_is_refused() => Assert.Throws<DomainException>(() => PageTokens.Size(-1));

    private static void Refused(PageTokens tokens, string query, string token) => Assert.That(
        Assert.Throws<DomainException>(() => tokens.Decode(query, token))!.Reason, Is.EqualTo(ErrorReason.PageTokenInvalid), token);

    private static PageTokens With(byte secret)
    {
        var tokens = new PageTokens();
        tokens.UseSecret([.. Enumerable.Repeat(secret, 32)]);
        return tokens;
    }
}
