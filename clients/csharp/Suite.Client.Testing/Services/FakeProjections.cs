using Suite.Contracts.Ops.V1;

namespace Suite.Client.Testing;

/// <summary>ProjectionService. What is asked for is done at once, and finds what the projection was added with.</summary>
internal static class FakeProjections
{
    public static Projection Add(FakeState state, Projection projection)
    {
        var added = projection.Clone();
        state.Projections.RemoveAll(p => p.Name == added.Name);
        state.Projections.Add(added);
        return added.Clone();
    }

    public static ListProjectionsResponse List(FakeState state, ListProjectionsRequest request)
    {
        var (items, next) = FakePages.Cut(
            "ListProjections", state.Projections.OrderBy(p => p.Name, StringComparer.Ordinal).ToList(), p => p.Name, request.PageSize, request.PageToken);
        return new ListProjectionsResponse { Projections = { items.Select(p => p.Clone()) }, NextPageToken = next };
    }

    public static Projection Get(FakeState state, GetProjectionRequest request) => Find(state, request.Name).Clone();

    public static Projection Rebuild(FakeState state, RebuildProjectionRequest request) =>
        FakeOnce.Run(state, "RebuildProjection", request, request.RequestId, () =>
        {
            var projection = Find(state, request.Name);
            projection.Generation++;
            projection.CompleteTime = state.Now();
            return projection.Clone();
        });

    public static Projection Verify(FakeState state, VerifyProjectionRequest request) =>
        FakeOnce.Run(state, "VerifyProjection", request, request.RequestId, () =>
        {
            var projection = Find(state, request.Name);
            projection.LastVerification ??= new Verification();
            projection.LastVerification.EndTime = state.Now();
            return projection.Clone();
        });

    private static Projection Find(FakeState state, string name) => state.Projections.Find(p => p.Name == name) ?? throw FakeErrors.NotFound(name);
}
