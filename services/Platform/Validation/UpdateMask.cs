using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Suite.Platform.Errors;

namespace Suite.Platform.Validation;

/// <summary>
/// Which fields an update changes (AIP-134): those the mask names; all that can be changed for <c>*</c>; without a mask, those
/// that are set. What can be changed stands in the contract: no name, no etag, nothing OUTPUT_ONLY or IMMUTABLE.
/// </summary>
public static class UpdateMask
{
    private const string Everything = "*";
    private const int MostViolations = 10;
    private const int MostCharacters = 100;

    private static readonly FieldBehavior[] Fixed = [FieldBehavior.OutputOnly, FieldBehavior.Immutable, FieldBehavior.Identifier];

    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> Changeable = new();

    /// <summary>The names of the fields to change.</summary>
    /// <param name="mask">The mask of the request; null when there is none.</param>
    /// <param name="resource">The resource in the request.</param>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming <c>update_mask</c> and each path that can not be changed.</exception>
    public static IReadOnlySet<string> Fields(FieldMask? mask, IMessage resource)
    {
        var changeable = Changeable.GetOrAdd(resource.Descriptor, Read);
        if (mask is null || mask.Paths.Count == 0)
        {
            return changeable.Where(field => IsSet(field.Value, resource)).Select(field => field.Key).ToHashSet(StringComparer.Ordinal);
        }

        if (mask.Paths is [Everything])
        {
            return changeable.Keys.ToHashSet(StringComparer.Ordinal);
        }

        var wrong = mask.Paths.Where(path => !changeable.ContainsKey(path)).Take(MostViolations).ToList();
        return wrong.Count == 0
            ? mask.Paths.ToHashSet(StringComparer.Ordinal)
            : throw DomainError.InvalidArgument(wrong.ConvertAll(path => Violation(path, changeable.Keys)));
    }

    private static BadRequest.Types.FieldViolation Violation(string path, IEnumerable<string> changeable) => new()
    {
        Field = "update_mask",
        Description = path == Everything
            ? "'*' stands alone."
            : $"'{(path.Length > MostCharacters ? path[..MostCharacters] : path)}' is none of {string.Join(", ", changeable.Order(StringComparer.Ordinal))}.",
    };

    private static FrozenDictionary<string, FieldDescriptor> Read(MessageDescriptor message) => message.Fields.InDeclarationOrder()
        .Where(field => field.Name != "etag")
        .Where(field => field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Intersect(Fixed).Any() != true)
        .ToFrozenDictionary(field => field.Name);

    /// <summary>Whether a message has something in a field.</summary>
    internal static bool IsSet(FieldDescriptor field, IMessage message) => field.HasPresence
        ? field.Accessor.HasValue(message)
        : field.Accessor.GetValue(message) switch
        {
            string text => text.Length > 0,
            System.Collections.ICollection items => items.Count > 0,
            var value => !Equals(value, Activator.CreateInstance(value.GetType())),
        };
}
