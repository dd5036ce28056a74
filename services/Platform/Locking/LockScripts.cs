namespace Suite.Platform.Locking;

/// <summary>The steps of a lock, each one script, so that nothing comes between. Both keys of a lock are on one node of a cluster.</summary>
internal static class LockScripts
{
    /// <summary>
    /// Takes the lock and answers its fencing token, or nothing. The token is one more than the last one, and never less than the
    /// server's clock in microseconds: it grows even over a flush, or a failover that lost the counter.
    /// </summary>
    public const string Acquire =
        """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
          return nil
        end
        local time = redis.call('TIME')
        local token = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, time[1] * 1000000 + time[2])
        redis.call('SET', KEYS[2], string.format('%.0f', token))
        return string.format('%.0f', token)
        """;

    public const string Extend =
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then
          return 0
        end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        """;

    public const string Release =
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then
          return 0
        end
        return redis.call('DEL', KEYS[1])
        """;
}
