using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;

namespace Suite.Client.Testing;

/// <summary>States by the names the contract gives them.</summary>
internal static class FakeNames
{
    public static string Of(Order.Types.State state) => Order.Descriptor.FindDescriptor<Google.Protobuf.Reflection.EnumDescriptor>("State")
        .FindValueByNumber((int)state).Name;

    public static string Of(Payment.Types.State state) => Payment.Descriptor.FindDescriptor<Google.Protobuf.Reflection.EnumDescriptor>("State")
        .FindValueByNumber((int)state).Name;
}
