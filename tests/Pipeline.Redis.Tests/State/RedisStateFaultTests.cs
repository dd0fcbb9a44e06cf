using System.Collections.Concurrent;
using System.Text;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.State.Linearizability;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>
/// Concurrent calls of two processes over a network that cuts connections, before a command or after it, judged by the linearizability checker: a call without an answer
/// took place or did not, and every answer must fit.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class RedisStateFaultTests
{
    private const int Callers = 4;
    private const int CallsEach = 12;
    private const int Rounds = 40;

    // A command that the client never answers is not waited for long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, long> _versions = new(StringComparer.Ordinal);
    private List<(long Begun, long Ended, RegisterOperation Operation, string? Value)> _calls = [];
    private long _clock;
    private int _unanswered;
    private int _answered;

    [Fact]
    public async Task Whatever_is_cut_the_answers_are_those_of_calls_one_after_another()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        var prefix = RedisTestClient.NewPrefix();
        await using var first = StateProcess.Start(server.ClientOptions(proxy), prefix, Patience);
        await using var second = StateProcess.Start(server.ClientOptions(proxy), prefix, Patience);
        StateProcess[] processes = [first, second];
        for (var round = 0; round < Rounds; round++)
        {
            (_calls, var key) = ([], new StateKey("space", $"k{round}"));
            var number = round;
            using var stop = new CancellationTokenSource();
            var trouble = MakeTroubleAsync(proxy, new SeededRandom((ulong)round), stop.Token);
            await SideBySide.RunAsync(Callers, async caller =>
            {
                var random = new SeededRandom((ulong)((number * Callers) + caller + 1_000_000));
                var seen = StateEntry.NoVersion;
                for (var call = 0; call < CallsEach; call++)
                    seen = await CallAsync(processes[caller % 2].Store, key, random, seen);
            });
            await stop.CancelAsync();
            await trouble;

            var history = Judged();
            LinearizabilityChecker.IsLinearizable(history, RegisterState.None, RegisterState.Next)
                .Should().BeTrue("round {0} must have an order:\n{1}", round, string.Join('\n', history.OrderBy(call => call.Begun)));
        }

        _unanswered.Should().BePositive("the network made trouble");
        _answered.Should().BePositive();
    }

    private static async Task MakeTroubleAsync(RedisProxy proxy, SeededRandom random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // The next fault comes with one of the next commands, so no clock decides.
            CommandFault<RedisCommand>? fault = null;
            switch (random.Next(3))
            {
                case 0:
                    fault = proxy.DropReply("EVALSHA", random.Between(1, 12));
                    break;
                case 1:
                    fault = proxy.CutBefore(command => command.Name is "EVALSHA" or "GET", random.Between(1, 12));
                    break;
                default:
                    fault = proxy.DropReply(command => command.Name is "EVALSHA" or "GET", random.Between(1, 12));
                    break;
            }

            using (fault)
                await Task.WhenAny(fault.Happened, Task.Delay(Timeout.Infinite, stop));
        }
    }

    /// <returns>The version that the caller now believes in.</returns>
    private async Task<long> CallAsync(RedisStateStore store, StateKey key, SeededRandom random, long seen)
    {
        var begun = Interlocked.Increment(ref _clock);
        switch (random.Next(10))
        {
            case < 2:
                return await TryAsync(
                    async () =>
                    {
                        var version = Note(await store.GetAsync(key));
                        return (new RegisterOperation(RegisterOperationKind.Get, 0, IsDone: false, version), version);
                    },
                    begun,
                    unknown: null,
                    value: null,
                    seen);
            case < 8:
                var value = $"{key.Key}-{begun}";
                return await TryAsync(
                    async () =>
                    {
                        var result = await store.CompareAndSetAsync(key, Encoding.UTF8.GetBytes(value), seen);
                        var version = result.Succeeded ? result.Version : Note(result.Current);
                        return (new RegisterOperation(RegisterOperationKind.Write, seen, result.Succeeded, version), version);
                    },
                    begun,
                    new RegisterOperation(RegisterOperationKind.Write, seen, IsDone: true, 0),
                    value,
                    seen);
            default:
                long? expected = seen > 0 && random.Chance(70) ? seen : null;
                return await TryAsync(
                    async () =>
                    {
                        var isDeleted = await store.DeleteAsync(key, expected);
                        return (new RegisterOperation(RegisterOperationKind.Delete, expected ?? 0, isDeleted, 0), isDeleted ? StateEntry.NoVersion : seen);
                    },
                    begun,
                    new RegisterOperation(RegisterOperationKind.Delete, expected ?? 0, IsDone: true, 0),
                    value: null,
                    seen);
        }
    }

    private async Task<long> TryAsync(
        Func<Task<(RegisterOperation Operation, long Seen)>> call, long begun, RegisterOperation? unknown, string? value, long seen)
    {
        try
        {
            var (operation, next) = await call();
            lock (_gate)
                _calls.Add((begun, Interlocked.Increment(ref _clock), operation, null));
            Interlocked.Increment(ref _answered);
            return next;
        }
        catch (BackendUnavailableException)
        {
            Interlocked.Increment(ref _unanswered);
            lock (_gate)
            {
                if (unknown is not null)
                    _calls.Add((begun, long.MaxValue, unknown, value));
            }

            return seen;
        }
    }

    private long Note(StateEntry? entry)
    {
        if (entry is not { } found)
            return StateEntry.NoVersion;

        _versions[Encoding.UTF8.GetString(found.Value.Span)] = found.Version;
        return found.Version;
    }

    /// <summary>The history. A write without an answer has the version under which its value was seen, or one that nobody saw.</summary>
    private IReadOnlyList<HistoryCall<RegisterOperation>> Judged() =>
    [
        .. _calls.Select(call => new HistoryCall<RegisterOperation>(
            call.Begun,
            call.Ended,
            call.Value is { } value ? call.Operation with { Seen = _versions.GetValueOrDefault(value, -call.Begun) } : call.Operation)),
    ];
}
