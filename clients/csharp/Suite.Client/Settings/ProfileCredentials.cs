using Suite.Contracts.Users.V1;

namespace Suite.Client;

/// <summary>
/// The session of a profile, which several programs may use at once: a refresh token is good for one use, so one of them renews at a
/// time, and the others take what it wrote. The request id is written down before it is sent: whoever was killed in between
/// has the next one repeat it.
/// </summary>
internal sealed class ProfileCredentials : SessionCredentials
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly string _profile;

    public ProfileCredentials(string path, string profile)
    {
        (_path, _profile) = (path, profile);
        if (Read() is { } session)
        {
            Keep(Held(session));
        }
    }

    // The program may end before a renewal in the background has: its answer would be lost.
    protected override bool WaitsForRenewal => true;

    /// <summary>Where and whose; never the tokens.</summary>
    public override string ToString() => $"the session of the profile '{_profile}' in {_path}";

    protected override async Task<HeldTokens> RenewAsync(SessionsClient client, HeldTokens? held)
    {
        using var file = await LockAsync(client.Time).ConfigureAwait(false);
        var session = Read() ?? throw new InvalidOperationException($"The profile '{_profile}' is signed out: sign in again with 'suite login'.");
        if (session.RefreshToken != held?.RefreshToken && client.Time.GetUtcNow() < Held(session).RenewTime)
        {
            return Held(session);
        }

        session = session with { RequestId = session.RequestId ?? Guid.NewGuid().ToString() };
        Write(session);
        var asked = client.Time.GetUtcNow();
        try
        {
            var request = new RefreshSessionRequest { RefreshToken = session.RefreshToken, RequestId = session.RequestId };
            var next = SuiteProfileSession.Of(await client.RefreshAsync(request).ConfigureAwait(false), asked);
            Write(next);
            return Held(next);
        }
        catch (SuiteException e) when (PendingRequest.IsAnswer(e))
        {
            Write(session with { RequestId = null });
            throw;
        }
    }

    private static new HeldTokens Held(SuiteProfileSession session) => HeldTokens.Of(
        session.Name, session.User, session.AccessToken, session.RefreshToken, session.AccessExpireTime, lifetime: null);

    private SuiteProfileSession? Read() => SuiteProfiles.Load(_path).Find(_profile)?.Session;

    private void Write(SuiteProfileSession session)
    {
        // Somebody may have signed out, or somebody else in, meanwhile: that stands.
        var profiles = SuiteProfiles.Load(_path);
        if (profiles.Find(_profile) is { } profile && profile.Session?.Name == session.Name)
        {
            profiles.Set(_profile, profile with { Session = session });
            profiles.Save();
        }
    }

    /// <summary>The lock is the system's: it goes with the program that holds it. The file beside the profiles stays and means nothing.</summary>
    private async Task<FileStream> LockAsync(TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(started) < LockPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time).ConfigureAwait(false);
            }
        }
    }
}
