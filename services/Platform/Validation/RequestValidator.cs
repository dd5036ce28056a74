using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Suite.Platform.Errors;

namespace Suite.Platform.Validation;

/// <summary>
/// Holds a request to its contract, as the descriptor states it: REQUIRED fields, resource names, UUIDs, lengths, counts and
/// ranges. OUTPUT_ONLY fields that a client sent are cleared (AIP-203), UUIDs are spelt in lower case. In an update, which has a
/// field <c>update_mask</c>, the resource may leave REQUIRED fields out: what the mask does not name is not changed.
/// </summary>
public static class RequestValidator
{
    private const int MostViolations = 50;

    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> Plans = new();

    /// <summary>Validates and normalizes a request in place.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming every field that breaks the contract.</exception>
    public static void Validate(IMessage request)
    {
        List<BadRequest.Types.FieldViolation>? violations = null;
        Walk(request, string.Empty, isPartial: false, ref violations);
        if (violations is not null)
        {
            throw DomainError.InvalidArgument(violations);
        }
    }

    private static void Walk(IMessage message, string path, bool isPartial, ref List<BadRequest.Types.FieldViolation>? violations)
    {
        var plan = Plans.GetOrAdd(message.Descriptor, Plan);
        foreach (var rule in plan.Rules)
        {
            if (violations?.Count >= MostViolations)
            {
                return;
            }

            if (rule.OutputOnly)
            {
                rule.Field.Accessor.Clear(message);
                continue;
            }

            var value = rule.Field.Accessor.GetValue(message);
            if (rule.Field.IsRepeated)
            {
                WalkItems(rule, (IList)value, path, isPartial, ref violations);
            }
            else if (IsUnset(value))
            {
                if (rule.Required && !isPartial)
                {
                    Add(ref violations, path + rule.Field.Name, "must be set.");
                }
            }
            else if (value is IMessage child)
            {
                Walk(child, path + rule.Field.Name + ".", isPartial || plan.IsUpdate, ref violations);
            }
            else
            {
                Check(rule, value, path + rule.Field.Name, ref violations);
                if (rule.IsUuid && value is string text && Guid.TryParse(text, out var id))
                {
                    rule.Field.Accessor.SetValue(message, id.ToString());
                }
            }
        }
    }

    private static void WalkItems(
        FieldRule rule, IList items, string path, bool isPartial, ref List<BadRequest.Types.FieldViolation>? violations)
    {
        if (items.Count == 0)
        {
            if (rule.Required && !isPartial)
            {
                Add(ref violations, path + rule.Field.Name, "must have at least one item.");
            }

            return;
        }

        if (rule.Rules is { MaxItems: > 0 } rules && items.Count > rules.MaxItems)
        {
            Add(ref violations, path + rule.Field.Name, $"must have at most {rules.MaxItems} items, but has {items.Count}.");
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i]!;
            var itemPath = $"{path}{rule.Field.Name}[{i}]";
            if (item is IMessage child)
            {
                Walk(child, itemPath + ".", isPartial, ref violations);
            }
            else
            {
                Check(rule, item, itemPath, ref violations);
            }
        }
    }

    private static void Check(FieldRule rule, object value, string path, ref List<BadRequest.Types.FieldViolation>? violations)
    {
        switch (value)
        {
            case string text when Problem(rule, text) is { } problem:
                Add(ref violations, path, problem);
                break;
            case int or long or uint when OutOfRange(rule, Convert.ToInt64(value, null)) is { } problem:
                Add(ref violations, path, problem);
                break;
        }
    }

    private static string? Problem(FieldRule rule, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return "must not contain the character NUL.";
        }

        if (rule.Rules is { MaxLength: > 0 } rules && text.Length > rules.MaxLength && CodePoints(text) > rules.MaxLength)
        {
            return $"must have at most {rules.MaxLength} characters.";
        }

        if (rule.IsUuid && !Guid.TryParseExact(text, "D", out _))
        {
            return "must be a UUID such as 0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e.";
        }

        if (rule.Resource is { } resource && !resource.IsName(text))
        {
            return $"must be a name of the form {resource.Form}.";
        }

        return rule.Pattern is { } pattern && !pattern.IsMatch(text) ? $"must match {rule.Rules!.Pattern}." : null;
    }

    private static string? OutOfRange(FieldRule rule, long number) => rule.Rules switch
    {
        { HasMinimum: true } rules when number < rules.Minimum => $"must be at least {rules.Minimum}.",
        { HasMaximum: true } rules when number > rules.Maximum => $"must be at most {rules.Maximum}.",
        _ => null,
    };

    private static int CodePoints(string text) => text.Length - text.Count(char.IsHighSurrogate);

    private static bool IsUnset(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        int number => number == 0,
        long number => number == 0,
        ByteString bytes => bytes.IsEmpty,
        _ => false,
    };

    private static void Add(ref List<BadRequest.Types.FieldViolation>? violations, string field, string description) =>
        (violations ??= []).Add(new BadRequest.Types.FieldViolation { Field = field, Description = description });

    private static MessagePlan Plan(MessageDescriptor message) => new(
        [.. message.Fields.InDeclarationOrder().Select(f => new FieldRule(f))],
        message.FindFieldByName("update_mask") is { FieldType: FieldType.Message } mask && mask.MessageType == FieldMask.Descriptor);

    private sealed record MessagePlan(FieldRule[] Rules, bool IsUpdate);
}
