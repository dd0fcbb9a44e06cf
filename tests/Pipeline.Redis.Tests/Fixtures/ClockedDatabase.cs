using System.Reflection;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>A database whose scripts, and whose keys that expire, go by a test's clock.</summary>
public class ClockedDatabase : DispatchProxy
{
    private static readonly MethodInfo Run = typeof(ClockedDatabase).GetMethod(nameof(RunAsync), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private IDatabase? _database;
    private StandingClock? _clock;

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod!.Name, args) switch
    {
        (nameof(IDatabase.ScriptEvaluateAsync), [byte[] hash, RedisKey[] keys, RedisValue[] values, CommandFlags flags]) => EvaluateAsync(hash, keys, values, flags),
        (nameof(IDatabase.ExecuteAsync), ["EVAL", ICollection<object> words, CommandFlags flags]) => EvaluateAsync([.. words], flags),
        (nameof(IDatabase.StringSetAsync), [RedisKey key, RedisValue value, TimeSpan life, ..]) => StoreAsync(key, value, life),
        _ when targetMethod.ReturnType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Task<>) =>
            Run.MakeGenericMethod(type.GetGenericArguments()).Invoke(this, [targetMethod, args]),
        _ => Forwarding.Call(_database!, targetMethod, args),
    };

    internal static IDatabase Wrap(IDatabase database, StandingClock clock)
    {
        var wrapped = Create<IDatabase, ClockedDatabase>();
        ((ClockedDatabase)wrapped)._database = database;
        ((ClockedDatabase)wrapped)._clock = clock;
        return wrapped;
    }

    private Task<RedisResult> EvaluateAsync(byte[] hash, RedisKey[] keys, RedisValue[] values, CommandFlags flags)
    {
        _clock!.Visit(_database!, keys[0]);
        return _clock.RunAsync(now => _database!.ScriptEvaluateAsync(ClockedScripts.HashOf(hash), keys, [.. values, now], flags));
    }

    private Task<RedisResult> EvaluateAsync(object[] words, CommandFlags flags)
    {
        _clock!.Visit(_database!, (RedisKey)words[2]);
        return _clock.RunAsync(now => _database!.ExecuteAsync("EVAL", [ClockedScripts.TextOf((string)words[0]), .. words[1..], (RedisValue)now], flags));
    }

    private Task<bool> StoreAsync(RedisKey key, RedisValue value, TimeSpan life)
    {
        _clock!.Visit(_database!, key);
        return _clock.RunAsync(now => ClockedScripts.StoreAsync(_database!, key, value, life, now));
    }

    private Task<T> RunAsync<T>(MethodInfo method, object?[]? arguments) => _clock!.RunAsync(_ => (Task<T>)Forwarding.Call(_database!, method, arguments)!);
}
