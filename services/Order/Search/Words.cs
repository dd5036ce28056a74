using System.Globalization;
using System.Text;

namespace Suite.Orders.Search;

/// <summary>A word of a text, and where it stands there.</summary>
/// <param name="Text">The word as it is compared: without case and accents.</param>
/// <param name="Start">Its first character.</param>
/// <param name="Length">How many characters of the text it takes.</param>
internal readonly record struct Word(string Text, int Start, int Length);

/// <summary>
/// What a word is: letters and digits that stand together; all else parts words. The analyser of the index in Elasticsearch
/// (<c>deploy/elasticsearch/orders.json</c>) says the same in its own way.
/// </summary>
internal static class Words
{
    private const int MostCharacters = 100;

    /// <summary>The words of a text in their order. No word is longer than 100 characters: what is longer is cut, here and in the index.</summary>
    public static IEnumerable<Word> Of(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (Rune.TryGetRuneAt(text, at, out var rune) && IsOfWord(rune))
            {
                at += rune.Utf16SequenceLength;
                if (at == text.Length)
                {
                    break;
                }
            }

            if (at > start)
            {
                if (Folded(text.AsSpan(start, at - start)) is { Length: > 0 } word)
                {
                    yield return new Word(word, start, at - start);
                }
            }
            else
            {
                // What is half a surrogate is no rune, and parts words too.
                at += Rune.TryGetRuneAt(text, at, out var other) ? other.Utf16SequenceLength : 1;
            }
        }
    }

    private static bool IsOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.OtherNumber;

    private static string Folded(ReadOnlySpan<char> word)
    {
        var text = new StringBuilder(word.Length);
        foreach (var rune in word.EnumerateRunes())
        {
            // An accent that stands by itself is left out, as those are that letters bring with them.
            if (IsOfWord(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark && text.Length < MostCharacters)
            {
                var small = Rune.ToLowerInvariant(rune);
                text.Append((small.IsBmp ? Folding.Of((char)small.Value) : null) ?? small.ToString());
            }
        }

        return text.ToString();
    }
}
