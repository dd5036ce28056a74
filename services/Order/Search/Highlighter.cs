using Suite.Contracts.Orders.V1;

namespace Suite.Orders.Search;

/// <summary>Shows where the words of a query stand in an order's texts. It is done here, so that it is the same whatever the index is.</summary>
internal static class Highlighter
{
    private const int Most = 10;

    /// <summary>The texts in which something stands, at most ten.</summary>
    public static IEnumerable<Highlight> Of(SearchQuery query, OrderTexts texts)
    {
        var wanted = query.Wanted.ToList();
        return texts.All.Select(text => Of(wanted, text.Field, text.Text)).OfType<Highlight>().Take(Most);
    }

    private static Highlight? Of(List<WordsPart> wanted, string field, string text)
    {
        var words = Words.Of(text).ToList();
        var matches = new bool[words.Count];
        foreach (var part in wanted)
        {
            for (var at = 0; at + part.Words.Count <= words.Count; at++)
            {
                if (StandsAt(part, words, at))
                {
                    Array.Fill(matches, true, at, part.Words.Count);
                }
            }
        }

        if (!matches.Contains(true))
        {
            return null;
        }

        var highlight = new Highlight { Field = field };
        var told = 0;
        foreach (var (word, _) in words.Zip(matches).Where(pair => pair.Second))
        {
            Add(text[told..word.Start], isMatch: false);
            Add(text.Substring(word.Start, word.Length), isMatch: true);
            told = word.Start + word.Length;
        }

        Add(text[told..], isMatch: false);
        return highlight;

        void Add(string piece, bool isMatch)
        {
            if (piece.Length > 0)
            {
                highlight.Fragments.Add(new Highlight.Types.Fragment { Text = piece, Match = isMatch });
            }
        }
    }

    private static bool StandsAt(WordsPart part, List<Word> words, int at)
    {
        for (var i = 0; i < part.Words.Count; i++)
        {
            var isBeginning = part.IsPrefix && i == part.Words.Count - 1;
            if (!(isBeginning ? words[at + i].Text.StartsWith(part.Words[i], StringComparison.Ordinal) : words[at + i].Text == part.Words[i]))
            {
                return false;
            }
        }

        return true;
    }
}
