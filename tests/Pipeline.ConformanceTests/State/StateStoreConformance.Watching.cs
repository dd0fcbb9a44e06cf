using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_watch_begins_with_a_resync_and_reports_writes_and_deletions_of_every_process()
    {
        var (first, second) = (await _store.OpenAsync(), await _store.OpenAsync());
        await using var earlier = await WatchLog.StartAsync(second, Space);
        await WriteAsync(first, Key("before"));
        await earlier.WaitForAsync(change => change.Key == Key("before"));
        await using var log = await WatchLog.StartAsync(second, Space);

        var version = await WriteAsync(first, Key("a"));
        await log.WaitForAsync(change => change == new StateChange(StateChangeKind.Written, Key("a")));
        await WriteAsync(second, Key("a"), "again", version);
        await log.WaitForAsync(change => change == new StateChange(StateChangeKind.Written, Key("a")), times: 2);
        await first.DeleteAsync(Key("a"));
        await log.WaitForAsync(change => change == new StateChange(StateChangeKind.Deleted, Key("a")));

        Assert.Equal(new StateChange(StateChangeKind.Resync), log.Heard[0]);
        Assert.DoesNotContain(log.Heard, change => change.Key == Key("before"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_changed_nothing_is_not_reported_and_no_other_space_or_prefix()
    {
        var store = await _store.OpenAsync();
        await using var earlier = await WatchLog.StartAsync(store, Space);
        var version = await WriteAsync(store, Key("acme/1"), timeToLive: Tick);
        await earlier.WaitForAsync(change => change.Key == Key("acme/1"));
        await using var log = await WatchLog.StartAsync(store, Space, "acme/");

        Assert.False((await store.CompareAndSetAsync(Key("acme/1"), Bytes("x"), version + 1)).Succeeded);
        Assert.False(await store.DeleteAsync(Key("acme/1"), version + 1));
        Assert.False(await store.DeleteAsync(Key("acme/none")));
        await WriteAsync(store, Key("acme"));
        await WriteAsync(store, Key("other/acme/"));
        await WriteAsync(store, new StateKey($"{Space}x", "acme/1"));
        await store.GetAsync(Key("acme/1"));
        await store.ListAsync(Space);
        await WriteAsync(store, Key("acme/end"));
        await log.WaitForAsync(change => change.Key == Key("acme/end"));

        Assert.All(log.Heard.Where(change => change.Kind != StateChangeKind.Resync), change => Assert.Equal(Key("acme/end"), change.Key));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Who_reads_after_a_report_sees_what_it_was_about_or_later()
    {
        var (first, second) = (await _store.OpenAsync(), await _store.OpenAsync());
        var writes = _store.Repetitions;
        using var stop = new CancellationTokenSource();
        var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var following = Task.Run(async () =>
        {
            var last = -1;
            await foreach (var change in second.WatchAsync(Space, cancellationToken: stop.Token))
            {
                standing.TrySetResult();
                if (await ReadAsync(second, Key()) is { } text)
                {
                    var read = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
                    Assert.True(read >= last, $"{read} was read after {last}.");
                    last = read;
                }

                if (last == writes)
                {
                    return;
                }
            }
        });
        await standing.Task;
        var version = StateEntry.NoVersion;
        for (var i = 0; i <= writes; i++)
        {
            version = await WriteAsync(first, Key(), i.ToString(System.Globalization.CultureInfo.InvariantCulture), version);
        }

        // The last write is reported, so the follower ends by itself.
        await following;
        await stop.CancelAsync();
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_watch_that_begins_under_concurrent_writes_misses_none()
    {
        var store = await _store.OpenAsync();
        for (var i = 0; i < Math.Min(_store.Repetitions, 100); i++)
        {
            var key = Key($"k{i}");
            var writing = Task.Run(() => WriteAsync(store, key));
            await foreach (var change in store.WatchAsync(Space, key.Key))
            {
                // Either it is there when one reads after the resync, or its report comes.
                if (await store.GetAsync(key) is not null)
                {
                    break;
                }
            }

            await writing;
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_consumer_that_is_slow_is_told_to_read_again_and_then_follows()
    {
        var store = await _store.OpenAsync();
        await using var changes = store.WatchAsync(Space).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(StateChangeKind.Resync, changes.Current.Kind);

        // Whether the watch keeps so many or not, nothing is lost without a word.
        var many = _store.Repetitions * 10;
        var version = StateEntry.NoVersion;
        for (var i = 0; i < many; i++)
        {
            version = await WriteAsync(store, Key(), $"{i}", version);
        }

        await WriteAsync(store, Key("end"));
        var (reports, knowsOfEnd, knowsOfKey) = (0, false, false);
        while (!knowsOfEnd || !knowsOfKey)
        {
            Assert.True(await changes.MoveNextAsync());
            reports++;
            knowsOfEnd |= changes.Current.Kind == StateChangeKind.Resync || changes.Current.Key == Key("end");
            knowsOfKey |= changes.Current.Kind == StateChangeKind.Resync || changes.Current.Key == Key();
        }

        Assert.InRange(reports, 1, many + 1);
        await WriteAsync(store, Key("after"));
        do
        {
            Assert.True(await changes.MoveNextAsync());
        }
        while (changes.Current.Key != Key("after"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_watch_ends_by_its_token_and_by_leaving_it()
    {
        var store = await _store.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        await using (var changes = store.WatchAsync(Space, cancellationToken: cancellation.Token).GetAsyncEnumerator())
        {
            Assert.True(await changes.MoveNextAsync());
            var waiting = changes.MoveNextAsync().AsTask();
            Assert.False(waiting.IsCompleted);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var change in store.WatchAsync(Space, cancellationToken: cancellation.Token))
            {
                Assert.Fail($"{change} was reported to a watch that was cancelled before.");
            }
        });

        await foreach (var change in store.WatchAsync(Space))
        {
            Assert.Equal(StateChangeKind.Resync, change.Kind);
            break;
        }

        await WriteAsync(store, Key());
    }
}
