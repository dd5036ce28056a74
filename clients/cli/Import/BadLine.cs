using System.Text.Json.Nodes;

namespace Suite.Cli.Import;

/// <summary>A line of a file that was not taken, and why.</summary>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Reference">The line's own key, when it could be read.</param>
/// <param name="Reason"><see cref="Unreadable"/>, <see cref="Duplicate"/>, or the service's reason such as <c>PRODUCT_NOT_FOUND</c>.</param>
/// <param name="Message">For people.</param>
internal sealed record BadLine(long Line, string Reference, string Reason, string Message)
{
    /// <summary>The line itself can not be read; no service was asked.</summary>
    public const string Unreadable = "INVALID_LINE";

    /// <summary>The key stands on an earlier line of the same file.</summary>
    public const string Duplicate = "DUPLICATE_LINE";

    public JsonObject ToJson(string file) => new()
    {
        ["code"] = "BAD_LINE",
        ["file"] = file,
        ["line"] = Line,
        ["reference"] = Reference,
        ["reason"] = Reason,
        ["message"] = Message,
    };
}
