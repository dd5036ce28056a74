using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Security;

namespace Suite.Platform.Projections;

/// <summary>ProjectionService: what is known of generations, and the wish for another one.</summary>
internal sealed class ProjectionGrpcService(
    IEnumerable<IProjection> projections, ProjectionStore store, ProjectionBuilder builder, IdempotencyStore requests, PageTokens tokens)
    : ProjectionService.ProjectionServiceBase
{
    private const string Collection = "projections";
    private const string ListQuery = "ListProjections";

    /// <summary>Enough to find the latest verification among rebuilds.</summary>
    private const int Looked = 50;

    private readonly SortedDictionary<string, IProjection> _projections = new(projections.ToDictionary(p => p.Name), StringComparer.Ordinal);

    public override async Task<ListProjectionsResponse> ListProjections(ListProjectionsRequest request, ServerCallContext context)
    {
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(ListQuery, request.PageToken) ?? string.Empty;
        var names = _projections.Keys.Where(name => string.CompareOrdinal(name, after) > 0).Take(size + 1).ToList();
        var response = new ListProjectionsResponse { NextPageToken = names.Count > size ? tokens.Encode(ListQuery, names[size - 1]) : string.Empty };
        foreach (var name in names.Take(size))
        {
            response.Projections.Add(await ReadAsync(name, context.CancellationToken));
        }

        return response;
    }

    public override Task<Projection> GetProjection(GetProjectionRequest request, ServerCallContext context) =>
        ReadAsync(Find(request.Name).Name, context.CancellationToken);

    public override Task<Projection> RebuildProjection(RebuildProjectionRequest request, ServerCallContext context) => BeginAsync(
        Find(request.Name), GenerationPurpose.Serve, RequestKey.Of("RebuildProjection", request.RequestId, request, context.GetCaller()), context.CancellationToken);

    public override Task<Projection> VerifyProjection(VerifyProjectionRequest request, ServerCallContext context) => BeginAsync(
        Find(request.Name), GenerationPurpose.Verify, RequestKey.Of("VerifyProjection", request.RequestId, request, context.GetCaller()), context.CancellationToken);

    private async Task<Projection> BeginAsync(IProjection projection, GenerationPurpose purpose, RequestKey key, CancellationToken cancellationToken)
    {
        var answer = await requests.RunAsync(
            key,
            Projection.Parser,
            async (transaction, token) =>
            {
                var latest = await store.LatestAsync(projection.Name, Looked, token);
                return await ProjectionStore.BeginAsync(projection.Name, projection.Version, purpose, transaction, token) is { } begun
                    ? Of(projection.Name, [begun, .. latest])
                    : throw DomainError.StepInProgress(ResourceName.Format(Collection, projection.Name));
            },
            cancellationToken);
        builder.Wake();
        return answer;
    }

    private IProjection Find(string name) =>
        name.Split('/') is [Collection, var id] && _projections.TryGetValue(id, out var projection) ? projection : throw DomainError.NotFound(name);

    private async Task<Projection> ReadAsync(string name, CancellationToken cancellationToken) =>
        Of(name, await store.LatestAsync(name, Looked, cancellationToken));

    private static Projection Of(string name, IReadOnlyList<ProjectionGeneration> latest)
    {
        var serving = latest.FirstOrDefault(generation => generation.State == GenerationState.Serving);
        var running = latest.FirstOrDefault(generation => generation.State != GenerationState.Retired && !generation.IsComplete);
        return new Projection
        {
            Name = ResourceName.Format(Collection, name),
            State = running switch
            {
                null => Projection.Types.State.Serving,
                { State: GenerationState.Serving } => Projection.Types.State.Filling,
                { Purpose: GenerationPurpose.Verify } => Projection.Types.State.Verifying,
                _ => Projection.Types.State.Rebuilding,
            },
            Version = serving?.Version ?? 0,
            Generation = serving?.Generation ?? 0,
            ReadCount = running?.ReadCount ?? 0,
            TotalCount = running?.TotalCount ?? 0,
            BeginTime = running is null ? null : Timestamp.FromDateTimeOffset(running.BeginTime),
            CompleteTime = serving is { IsComplete: true, EndTime: { } end } ? Timestamp.FromDateTimeOffset(end) : null,
            LastVerification = latest.FirstOrDefault(generation => generation.Comparison is not null) is { Comparison: { } found, EndTime: { } ended }
                ? new Verification
                {
                    EndTime = Timestamp.FromDateTimeOffset(ended),
                    DocumentCount = found.DocumentCount,
                    DifferenceCount = found.DifferenceCount,
                    Differences = { found.Differences },
                }
                : null,
        };
    }
}
