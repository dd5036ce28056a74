using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>Who may call which method, as the contract says.</summary>
internal static class FakePolicies
{
    private static readonly FileDescriptor[] Files =
    [
        UserServiceReflection.Descriptor,
        SessionServiceReflection.Descriptor,
        ApiKeyServiceReflection.Descriptor,
        OrderServiceReflection.Descriptor,
        ProductServiceReflection.Descriptor,
        PaymentServiceReflection.Descriptor,
        LedgerServiceReflection.Descriptor,
        ReconciliationServiceReflection.Descriptor,
        DeadLetterServiceReflection.Descriptor,
        FaultServiceReflection.Descriptor,
    ];

    private static readonly Dictionary<string, AuthPolicy> Policies = Files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(method => $"{method.Service.FullName}/{method.Name}", method => method.GetOptions().GetExtension(AuthExtensions.Auth));

    /// <summary>Every scope that a method or a field names.</summary>
    public static IReadOnlySet<string> AllScopes { get; } = Policies.Values
        .Select(policy => policy.Scope)
        .Concat(Files.SelectMany(file => file.MessageTypes).SelectMany(message => message.Fields.InFieldNumberOrder()).Select(ScopeOf))
        .Where(scope => scope.Length > 0)
        .ToHashSet();

    /// <param name="method">For example <c>suite.order.v1.OrderService/CreateOrder</c>.</param>
    public static AuthPolicy Of(string method) => Policies.GetValueOrDefault(method) ?? new AuthPolicy { Public = true };

    private static string ScopeOf(FieldDescriptor field) => field.GetOptions()?.GetExtension(RulesExtensions.Rules)?.Scope ?? string.Empty;
}
