namespace Suite.Client;

/// <summary>The name of a method.</summary>
/// <param name="Service">For example <c>suite.order.v1.OrderService</c>.</param>
/// <param name="Method">For example <c>CreateOrder</c>.</param>
/// <param name="IsSignIn">
/// Whether its request is the credential: it goes out without a token, and only where a token may go.
/// </param>
internal sealed record RpcName(string Service, string Method, bool IsSignIn = false)
{
    public string Full { get; } = Service + "/" + Method;
}
