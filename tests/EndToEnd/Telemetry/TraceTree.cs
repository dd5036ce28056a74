using System.Text;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>The spans of a trace, below each other.</summary>
internal sealed class TraceTree(IReadOnlyList<ReceivedSpan> spans)
{
    public IReadOnlyList<ReceivedSpan> Spans => spans;

    /// <summary>Spans whose parent did not come in, other than those of a first one outside.</summary>
    public IEnumerable<ReceivedSpan> Orphans(params string[] outside) =>
        spans.Where(span => span.ParentId.Length > 0 && !outside.Contains(span.ParentId) && spans.All(other => other.SpanId != span.ParentId));

    /// <summary>The one span of that name below another, of a consumer group where one is named; the tree is in the message when it is not one.</summary>
    public ReceivedSpan Below(string parentId, string service, string name, string? group = null)
    {
        var found = spans.Where(span => span.ParentId == parentId && span.Service == service && span.Name == name && (group is null || span.Group == group)).ToList();
        Assert.That(found.Count, Is.EqualTo(1), $"{service}: {name} below {parentId}\n{this}");
        return found[0];
    }

    /// <summary>Whether there is such a span.</summary>
    public bool Has(string service, string name) => spans.Any(span => span.Service == service && span.Name == name);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var root in spans.Where(span => spans.All(other => other.SpanId != span.ParentId)).OrderBy(span => span.Start))
        {
            Write(text, root, 0);
        }

        return text.ToString();
    }

    private void Write(StringBuilder text, ReceivedSpan span, int depth)
    {
        text.Append(' ', depth * 2).Append(span).Append(" (").Append(span.Kind).Append(')');
        text.AppendLine(span.Links.Count > 0 ? $" links {span.Links.Count}" : string.Empty);
        foreach (var child in spans.Where(other => other.ParentId == span.SpanId).OrderBy(other => other.Start))
        {
            Write(text, child, depth + 1);
        }
    }
}
