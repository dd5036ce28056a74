using System.Runtime.CompilerServices;
using Suite.Contracts.Orders.V1;

namespace Suite.Client;

internal static class OrderImport
{
    public static async IAsyncEnumerable<ImportResult> RunAsync(
        CallEnvironment environment,
        ServiceEndpoint endpoint,
        IAsyncEnumerable<CreateOrderRequest> requests,
        SuiteImportOptions import,
        SuiteCallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        throw new NotImplementedException();
#pragma warning disable CS0162
        yield break;
#pragma warning restore CS0162
    }
}
