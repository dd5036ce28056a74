using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Tests.Component.Users.SignIn;

/// <summary>An empty room for each test.</summary>
internal abstract class SignInFixture
{
    protected SignInRoom Room { get; private set; } = null!;

    [SetUp]
    public async Task OpenAsync() => Room = await SignInRoom.OpenAsync();

    [TearDown]
    public async Task CloseAsync()
    {
        if (Room is not null)
        {
            await Room.DisposeAsync();
        }
    }

    /// <summary>The failure of a call, which must be this one.</summary>
    protected static async Task<DomainException> RefusedAsync(Func<Task> call, ErrorReason reason)
    {
        DomainException? error = null;
        try
        {
            await call();
        }
        catch (DomainException e)
        {
            error = e;
        }

        Assert.That(error?.Reason, Is.EqualTo(reason), error?.Message);
        return error!;
    }
}
