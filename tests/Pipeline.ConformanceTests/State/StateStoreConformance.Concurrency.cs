using Pipeline.Conformance.State.Linearizability;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Of_several_who_name_the_same_version_one_writes()
    {
        IStateStore[] stores = [await _store.OpenAsync(), await _store.OpenAsync()];
        var version = StateEntry.NoVersion;
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var results = new StateWriteResult[4];
            var expected = version;
            await SideBySide.RunAsync(results.Length, async number =>
                results[number] = await stores[number % 2].CompareAndSetAsync(Key(), Bytes($"{number}"), expected));

            var winner = Assert.Single(results, result => result.Succeeded);
            Assert.All(results.Where(result => !result.Succeeded), result => Assert.Equal(winner.Version, result.Current!.Value.Version));
            Assert.Equal($"{Array.IndexOf(results, winner)}", await ReadAsync(stores[0], Key()));
            version = winner.Version;
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_counter_that_many_raise_loses_nothing()
    {
        IStateStore[] stores = [await _store.OpenAsync(), await _store.OpenAsync()];
        const int Callers = 4;
        await SideBySide.RunAsync(Callers, async number =>
        {
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var entry = await stores[number % 2].GetAsync(Key());
                while (true)
                {
                    var count = entry is { } found ? BitConverter.ToInt32(found.Value.Span) : 0;
                    var written = await stores[number % 2].CompareAndSetAsync(Key(), BitConverter.GetBytes(count + 1), entry?.Version ?? 0);
                    if (written.Succeeded)
                    {
                        break;
                    }

                    entry = written.Current;
                }
            }
        });

        Assert.Equal(Callers * _store.Repetitions, BitConverter.ToInt32((await stores[0].GetAsync(Key()))!.Value.Value.Span));
    }

    [Fact(Timeout = TimeLimit * 4)]
    public async Task Concurrent_calls_on_one_entry_are_as_if_one_after_another()
    {
        IStateStore[] stores = [await _store.OpenAsync(), await _store.OpenAsync()];
        const int Callers = 4;
        const int CallsEach = 12;
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var history = new HistoryRecorder<RegisterOperation>();
            var (key, round) = (Key($"k{i}"), i);
            await SideBySide.RunAsync(Callers, async number =>
            {
                var random = new SeededRandom((ulong)((round * Callers) + number));
                var seen = StateEntry.NoVersion;
                for (var call = 0; call < CallsEach; call++)
                {
                    seen = await CallAsync(stores[number % 2], key, history, random, seen);
                }
            });

            Assert.True(
                LinearizabilityChecker.IsLinearizable(history.Calls, RegisterState.None, RegisterState.Next),
                $"No order of the calls explains their answers:\n{string.Join('\n', history.Calls.OrderBy(call => call.Begun))}");
        }
    }

    /// <returns>The version that the caller now believes in.</returns>
    private static async Task<long> CallAsync(
        IStateStore store, StateKey key, HistoryRecorder<RegisterOperation> history, SeededRandom random, long seen)
    {
        switch (random.Next(10))
        {
            case < 2:
                var entry = await history.CallAsync(
                    () => store.GetAsync(key), entry => new RegisterOperation(RegisterOperationKind.Get, 0, IsDone: false, entry?.Version ?? 0));
                return entry?.Version ?? 0;
            case < 8:
                var written = await history.CallAsync(
                    () => store.CompareAndSetAsync(key, Bytes("x"), seen),
                    result => new RegisterOperation(
                        RegisterOperationKind.Write, seen, result.Succeeded, result.Succeeded ? result.Version : result.Current?.Version ?? 0));
                return written.Succeeded ? written.Version : written.Current?.Version ?? 0;
            default:
                long? expected = seen > 0 && random.Chance(70) ? seen : null;
                var isDeleted = await history.CallAsync(
                    () => store.DeleteAsync(key, expected), done => new RegisterOperation(RegisterOperationKind.Delete, expected ?? 0, done, 0));
                return isDeleted ? 0 : seen;
        }
    }
}
