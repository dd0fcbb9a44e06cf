using System.Text;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>Two processes that are wired up as a user would share what takes place once.</summary>
public sealed class RedisStateSharingTests : IAsyncLifetime
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private ServiceProvider _first = null!;
    private ServiceProvider _second = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        (_first, _second) = (Wire(), Wire());
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_second_process_gets_the_answer_of_the_first()
    {
        var request = new IdempotencyRequest("acme", "payment-1", "fingerprint");
        var runs = 0;

        var ran = await _first.GetRequiredService<IIdempotencyStore>().RunOnceAsync(request, PayAsync);
        var replayed = await _second.GetRequiredService<IIdempotencyStore>().RunOnceAsync(request, PayAsync);
        var other = await _second.GetRequiredService<IIdempotencyStore>().RunOnceAsync(new IdempotencyRequest("acme", "payment-1", "another"), PayAsync);

        (ran.Status, replayed.Status, other.Status).Should().Be((IdempotencyRunStatus.Ran, IdempotencyRunStatus.Replayed, IdempotencyRunStatus.Conflict));
        Encoding.UTF8.GetString(replayed.Response.Span).Should().Be("paid 1");
        runs.Should().Be(1);

        ValueTask<ReadOnlyMemory<byte>> PayAsync(IdempotencyLease lease, CancellationToken token) => new(Encoding.UTF8.GetBytes($"paid {++runs}"));
    }

    [Fact]
    public async Task While_the_first_process_works_the_second_is_told_so()
    {
        var request = new IdempotencyRequest("acme", "payment-2", "fingerprint");
        var begun = await _first.GetRequiredService<IIdempotencyStore>().BeginAsync(request);

        var start = await _second.GetRequiredService<IIdempotencyStore>().BeginAsync(request);

        (begun.Status, start.Status).Should().Be((IdempotencyStatus.Started, IdempotencyStatus.InProgress));
        start.RetryAfter.Should().BePositive();
    }

    [Fact]
    public async Task A_task_of_one_process_is_followed_and_cancelled_from_the_other()
    {
        var (worker, user) = (_first.GetRequiredService<ITaskTracker>(), _second.GetRequiredService<ITaskTracker>());
        await user.CreateAsync("acme", "task", new TrackedTaskOptions());
        await using var states = user.WatchAsync("acme", "task").GetAsyncEnumerator();
        (await states.MoveNextAsync()).Should().BeTrue();

        var lease = (await worker.StartAsync("acme", "task", TimeSpan.FromMinutes(1))).Lease!;
        await user.CancelAsync("acme", "task");
        (await worker.RenewAsync(lease)).Task!.IsCancellationRequested.Should().BeTrue();
        await worker.ConfirmCancellationAsync(lease);

        while (!states.Current.IsEnded)
            (await states.MoveNextAsync()).Should().BeTrue();
        states.Current.State.Should().Be(TrackedTaskState.Cancelled);
    }

    private ServiceProvider Wire()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPipeline().UseRedis(_server.Address, PipelineRoles.State, options => options.KeyPrefix = _prefix);
        return services.BuildServiceProvider();
    }
}
