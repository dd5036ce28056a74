namespace Suite.Client;

/// <summary>The name of a method.</summary>
/// <param name="Service">For example <c>suite.order.v1.OrderService</c>.</param>
/// <param name="Method">For example <c>CreateOrder</c>.</param>
internal sealed record RpcName(string Service, string Method)
{
    public string Full { get; } = Service + "/" + Method;
}
