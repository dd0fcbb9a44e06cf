using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Redis.Telemetry.TelemetryProcess;

namespace Pipeline.Redis.Telemetry;

/// <summary>The store, and the suite's sink before it, when the server is down, silent, full, a replica, or holds somebody else's data.</summary>
public sealed class RedisTelemetryFailureTests
{
    private readonly string _prefix = RedisTestClient.NewPrefix();

    private static TelemetryOptions Eager => new()
    {
        BatchSize = 50,
        FlushInterval = TimeSpan.FromMilliseconds(5),
        MaxRetryDelay = TimeSpan.FromMilliseconds(20),
        CloseTimeout = TimeSpan.FromSeconds(60),
    };

    [Fact]
    public async Task Whatever_replies_are_lost_each_record_is_written_once()
    {
        const int Records = 4_000;
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = Start(server.ClientOptions(proxy), _prefix);
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        using var stop = new CancellationTokenSource();
        var faults = 0;
        var trouble = Task.Run(async () =>
        {
            var random = new SeededRandom(1);
            while (!stop.IsCancellationRequested)
            {
                using var fault = random.Chance(70) ? proxy.DropReply("EVALSHA", random.Between(1, 4)) : proxy.CutBefore(command => command.Name == "EVALSHA", random.Between(1, 4));
                await Task.WhenAny(fault.Happened, Task.Delay(Timeout.Infinite, stop.Token));
                faults += fault.Happened.IsCompleted ? 1 : 0;
            }
        });

        foreach (var record in Calls(Records))
            sink.TryEmit(record).Should().BeTrue();
        await sink.FlushAsync();
        await stop.CancelAsync();
        await trouble;

        faults.Should().BePositive();
        await WaitUntilAnsweredAsync(process);
        var total = await process.TotalAsync();
        (total.Calls, total.Cost).Should().Be((Records, Records * 0.01m));
        (sink.GetStatistics().Written, sink.GetStatistics().DroppedTotal).Should().Be((Records, 0));
        ((long)(await server.ExecuteAsync("SCARD", $"{_prefix}:{{telemetry}}:a:i1"))!).Should().Be(Records);
    }

    [Fact]
    public async Task While_the_server_is_down_memory_is_flat_losses_are_counted_and_the_rest_is_written_later()
    {
        const int Bound = 1_000;
        await using var server = await RedisServer.StartAsync(new RedisServerOptions { AppendFsync = "always" });
        await using var process = Start(server.ClientOptions(), _prefix);
        var options = Eager;
        options.Accounting = options.Accounting with { MaxRecords = Bound };
        await using var sink = new BufferedTelemetrySink(process.Store, options);
        sink.TryEmit(Call()).Should().BeTrue();
        await sink.FlushAsync();
        await server.KillAsync();

        var records = Calls(20_000, from: 1);
        var taken = records.Count(record => sink.TryEmit(record));

        var waiting = sink.GetStatistics();
        waiting.Pending.Should().BeInRange(1, Bound + options.Diagnostic.MaxRecords + options.BatchSize);
        (waiting.Pending, waiting.DroppedTotal).Should().Be((taken, records.Length - taken));
        waiting.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.CountLimit).Should().BePositive();

        await server.RestartAsync();
        await sink.FlushAsync();
        var written = sink.GetStatistics();
        (written.Pending, written.Written).Should().Be((0, taken + 1));
        (await process.TotalAsync()).Calls.Should().Be(taken + 1);
    }

    [Fact]
    public async Task A_full_server_keeps_them_waiting_and_gets_each_once_when_there_is_room()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = Start(server.ClientOptions(), _prefix);
        await process.Store.WriteAsync(Calls(10));
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        (await process.Store.Invoking(store => store.WriteAsync(Calls(1, from: 10)).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
            .Which.Reason.Should().Contain("out of memory");
        (await process.TotalAsync()).Calls.Should().Be(10, "reading needs no room");
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        foreach (var record in Calls(100, from: 10))
            sink.TryEmit(record).Should().BeTrue();
        (await process.Store.ForgetTenantAsync("acme")).Should().Be(10, "making room needs none");

        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await sink.FlushAsync();

        (await process.TotalAsync()).Calls.Should().Be(100);
        sink.GetStatistics().DroppedTotal.Should().Be(0);
    }

    [Theory]
    [InlineData("m")]
    [InlineData("s1")]
    [InlineData("i1")]
    public async Task Another_type_under_a_key_of_ours_loses_nothing(string name)
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = Start(server.ClientOptions(), _prefix);
        var key = $"{_prefix}:{{telemetry}}:a:{name}";
        await server.ExecuteAsync("SET", key, "theirs");

        await process.Store.Invoking(store => store.WriteAsync(Calls(1)).AsTask())
            .Should().ThrowAsync<BackendUnavailableException>("no record is at fault, so none may be dropped");

        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        foreach (var record in Calls(200))
            sink.TryEmit(record).Should().BeTrue();
        ((string?)await server.ExecuteAsync("GET", key)).Should().Be("theirs");
        await server.ExecuteAsync("DEL", key);
        await sink.FlushAsync();
        (sink.GetStatistics().DroppedTotal, (await process.TotalAsync()).Calls).Should().Be((0, 200));
    }

    [Fact]
    public async Task A_record_that_is_refused_is_dropped_alone()
    {
        await using var process = Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), _prefix);
        var faults = new TelemetryStoreFaults();
        var records = Calls(300);
        faults.Poison(records[17].Id);
        faults.Poison(records[203].Id);
        await using var sink = new BufferedTelemetrySink(new FaultInjectingTelemetryStore(process.Store, faults), Eager);
        foreach (var record in records)
            sink.TryEmit(record).Should().BeTrue();

        await sink.FlushAsync();

        (await process.TotalAsync()).Calls.Should().Be(298);
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused).Should().Be(2);
    }

    [Fact]
    public async Task A_record_that_can_have_no_stored_form_refuses_its_batch_before_anything_is_sent()
    {
        await using var process = Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), _prefix);

        await process.Store.Invoking(store => store.WriteAsync((TelemetryRecord[])[Call(), default]).AsTask()).Should().ThrowAsync<TelemetryBatchRefusedException>();

        (await process.TotalAsync()).Calls.Should().Be(0);
    }

    [Fact]
    public async Task A_silent_network_ends_a_call_at_its_deadline()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = Start(server.ClientOptions(proxy), _prefix, timeout: TimeSpan.FromSeconds(1));
        await process.Store.WriteAsync(Calls(1));
        proxy.Mode = ProxyMode.Stalled;

        await process.Store.Invoking(store => store.WriteAsync(Calls(1)).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await process.Invoking(one => one.TotalAsync()).Should().ThrowAsync<BackendUnavailableException>();
        await process.Store.Invoking(store => store.ForgetTenantAsync("acme").AsTask()).Should().ThrowAsync<BackendUnavailableException>();
    }

    [Fact]
    public async Task After_a_promotion_the_new_primary_is_written_to()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        var options = pair.Primary.ClientOptions();
        options.EndPoints.Add(pair.Replica.EndPoint);
        await using var process = Start(options, _prefix);
        await process.Store.WriteAsync(Calls(10));
        await pair.CatchUpAsync();
        await pair.PromoteAsync();
        await pair.DemoteOldPrimaryAsync();

        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        foreach (var record in Calls(20))
            sink.TryEmit(record).Should().BeTrue();
        await sink.FlushAsync();

        ((long)(await pair.Primary.ExecuteAsync("SCARD", $"{_prefix}:{{telemetry}}:a:i1"))!).Should().Be(30, "the ids of the second twenty are new");
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_once_more()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = Start(server.ClientOptions(), _prefix);
        for (var i = 0; i < 3; i++)
        {
            await process.Store.WriteAsync(Calls(10));
            await server.ExecuteAsync("SCRIPT", "FLUSH");
            (await process.TotalAsync()).Calls.Should().Be((i + 1) * 10);
            await server.ExecuteAsync("SCRIPT", "FLUSH");
        }
    }

    [Fact]
    public async Task A_slot_that_moved_is_followed()
    {
        await using var cluster = await RedisCluster.StartAsync(withProxies: true);
        await using var process = Start(cluster.ClientOptions(), _prefix);
        await process.Store.WriteAsync(Calls(100));
        var slot = await cluster.SlotOfAsync($"{_prefix}:{{telemetry}}:a:m");
        var source = await cluster.MasterOfAsync(slot);

        await cluster.MoveAsync(slot, cluster.Nodes.Take(3).First(node => node != source));

        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        foreach (var record in Calls(100))
            sink.TryEmit(record).Should().BeTrue();
        await sink.FlushAsync();
        (await process.TotalAsync()).Calls.Should().Be(200);
    }

    private static Task WaitUntilAnsweredAsync(TelemetryProcess process) =>
        Waiting.UntilAsync(async () => await process.TotalAsync().ContinueWith(total => total.IsCompletedSuccessfully, TaskScheduler.Default), "an answer");
}
