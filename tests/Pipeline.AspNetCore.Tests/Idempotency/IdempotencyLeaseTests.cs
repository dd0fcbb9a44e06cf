using System.Net;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Authentication;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Pipeline.State;
using Pipeline.TestSupport;
using Xunit;

namespace Pipeline.Idempotency;

/// <summary>A replica whose lease runs out while its request is under way, since it cannot reach the store.</summary>
public sealed class IdempotencyLeaseTests
{
    private const string Slow = "/slow";
    private const string Large = "/large";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly IdempotentApplication _application = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryStateStore _shared;
    private readonly FaultyStateStore _link;
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IdempotencyLeaseTests()
    {
        _shared = new InMemoryStateStore(_clock);
        _link = new FaultyStateStore(_shared);
    }

    [Fact]
    public async Task Who_was_overtaken_and_has_done_the_work_answers_its_caller_and_repeats_get_the_other_answer()
    {
        await using var one = await StartAsync(_link, _ => WaitAsync(CancellationToken.None));
        await using var other = await StartAsync(_shared);
        var overtaken = await BeginAsync(one, Slow);

        await LoseAsync();
        var second = await IdempotentApplication.PostAsync(other, Slow, "k1");
        _link.IsAway = false;
        _mayEnd.SetResult();
        var first = await overtaken;

        (await ReadAsync(first)).Should().Be((HttpStatusCode.OK, "done 1", false));
        (await ReadAsync(second)).Should().Be((HttpStatusCode.OK, "done 2", false));
        (await RepeatAsync(one, other)).Should().AllBeEquivalentTo((HttpStatusCode.OK, "done 2", true));
        _application.Runs.Should().Be(2);
    }

    [Fact]
    public async Task Who_is_overtaken_stops_and_its_caller_is_told_to_come_again()
    {
        await using var one = await StartAsync(_link, WaitAsync);
        await using var other = await StartAsync(_shared);
        var overtaken = await BeginAsync(one, Slow);

        await LoseAsync();
        var second = await IdempotentApplication.PostAsync(other, Slow, "k1");
        _link.IsAway = false;
        _clock.Advance(Lease / 3);
        var first = await overtaken;

        first.StatusCode.Should().Be(HttpStatusCode.Conflict);
        first.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        first.Headers.ETag.Should().BeNull("the answer that was begun is not the problem's");
        (await first.ReadProblemAsync()).Code.Should().Be(ProblemCodes.IdempotencyInProgress);
        (await ReadAsync(second)).Should().Be((HttpStatusCode.OK, "done 2", false));
        (await RepeatAsync(one, other)).Should().AllBeEquivalentTo((HttpStatusCode.OK, "done 2", true));
        _application.Runs.Should().Be(2);
    }

    [Fact]
    public async Task Who_is_overtaken_in_the_midst_of_a_large_answer_breaks_it_off()
    {
        await using var one = await StartAsync(_link, WaitAsync);
        await using var other = await StartAsync(_shared);
        var overtaken = await BeginAsync(one, Large);

        await LoseAsync();
        (await IdempotentApplication.PostAsync(other, Large, "k1")).StatusCode.Should().Be(HttpStatusCode.OK);
        _link.IsAway = false;
        _clock.Advance(Lease / 3);

        await ((Func<Task>)(() => overtaken)).Should().ThrowAsync<HttpRequestException>("half an answer must not look like a whole one");
        (await (await IdempotentApplication.PostAsync(one, Large, "k1")).ReadProblemAsync()).Code.Should().Be(ProblemCodes.IdempotencyAnswerNotKept);
        _application.Runs.Should().Be(2);
    }

    [Fact]
    public async Task An_overtaken_answer_does_not_count_though_the_other_is_not_there_yet()
    {
        var (otherArrived, otherMayEnd) = (Signal(), Signal());
        await using var one = await StartAsync(_link, _ => WaitAsync(CancellationToken.None));
        await using var other = await StartAsync(_shared, async token =>
        {
            otherArrived.SetResult();
            await otherMayEnd.Task.WaitAsync(token);
        });
        var overtaken = await BeginAsync(one, Slow);

        await LoseAsync();
        var overtaking = IdempotentApplication.PostAsync(other, Slow, "k1");
        await otherArrived.Task;
        _link.IsAway = false;
        _mayEnd.SetResult();
        var first = await overtaken;
        var meanwhile = await IdempotentApplication.PostAsync(one, Slow, "k1");
        otherMayEnd.SetResult();
        var second = await overtaking;

        (await ReadAsync(first)).Should().Be((HttpStatusCode.OK, "done 1", false));
        (await meanwhile.ReadProblemAsync()).Code.Should().Be(ProblemCodes.IdempotencyInProgress);
        (await ReadAsync(second)).Should().Be((HttpStatusCode.OK, "done 2", false));
        (await RepeatAsync(one, other)).Should().AllBeEquivalentTo((HttpStatusCode.OK, "done 2", true));
        _application.Runs.Should().Be(2);
    }

    [Fact]
    public async Task A_late_answer_counts_while_nobody_else_has_begun()
    {
        await using var one = await StartAsync(_link, WaitAsync);
        await using var other = await StartAsync(_shared);
        var late = await BeginAsync(one, Slow);

        await LoseAsync();
        _link.IsAway = false;
        _mayEnd.SetResult();

        (await ReadAsync(await late)).Should().Be((HttpStatusCode.OK, "done 1", false));
        (await RepeatAsync(one, other)).Should().AllBeEquivalentTo((HttpStatusCode.OK, "done 1", true));
        _application.Runs.Should().Be(1);
    }

    [Theory]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task On_a_real_store_too_one_answer_is_kept(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        FaultyStateStore? link = null;
        await using var one = await _application.StartAsync(
            _ => WaitAsync(CancellationToken.None),
            services =>
            {
                backend.Use(services);
                services.Replace(ServiceDescriptor.Singleton<IIdempotencyStore>(
                    provider => new StateIdempotencyStore(link = new FaultyStateStore(provider.GetRequiredService<IStateStore>()))));
            },
            Settings(TimeSpan.FromSeconds(1)));
        await using var other = await _application.StartAsync(services: backend.Use, settings: Settings(TimeSpan.FromSeconds(1)));
        var overtaken = await BeginAsync(one, Slow);

        link!.IsAway = true;
        HttpResponseMessage? second = null;
        await Waiting.UntilAsync(
            async () => (second = await IdempotentApplication.PostAsync(other, Slow, "k1")).StatusCode != HttpStatusCode.Conflict, "the lease to run out");
        link.IsAway = false;
        _mayEnd.SetResult();

        (await ReadAsync(await overtaken)).Should().Be((HttpStatusCode.OK, "done 1", false));
        (await ReadAsync(second!)).Should().Be((HttpStatusCode.OK, "done 2", false));
        (await RepeatAsync(one, other)).Should().AllBeEquivalentTo((HttpStatusCode.OK, "done 2", true));
        _application.Runs.Should().Be(2);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Dictionary<string, string?> Settings(TimeSpan lease) => new() { ["Http:Idempotency:Lease"] = lease.ToString(), ["Http:Deadlines:Default"] = "off" };

    private static async Task<(HttpStatusCode Status, string Body, bool IsReplayed)> ReadAsync(HttpResponseMessage response) =>
        (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Contains("Idempotency-Replayed"));

    private static async Task<IReadOnlyList<(HttpStatusCode Status, string Body, bool IsReplayed)>> RepeatAsync(params WebServer[] replicas)
    {
        var repeats = new List<(HttpStatusCode, string, bool)>();
        foreach (var replica in replicas)
            repeats.Add(await ReadAsync(await IdempotentApplication.PostAsync(replica, Slow, "k1")));
        return repeats;
    }

    private Task<WebServer> StartAsync(IStateStore store, Func<CancellationToken, Task>? wait = null) => _application.StartAsync(
        wait,
        services => services.AddSingleton<TimeProvider>(_clock).AddSingleton<IIdempotencyStore>(new StateIdempotencyStore(store, _clock)),
        Settings(Lease));

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        _arrived.TrySetResult();
        await _mayEnd.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets a request begin.</summary>
    private async Task<Task<HttpResponseMessage>> BeginAsync(WebServer replica, string path)
    {
        var request = IdempotentApplication.PostAsync(replica, path, "k1");
        await _arrived.Task;
        return request;
    }

    /// <summary>Lets the first replica's lease run out: no renewal reaches the store.</summary>
    private async Task LoseAsync()
    {
        _link.IsAway = true;
        for (var i = 1; i <= 3; i++)
        {
            var reads = _link.Reads;
            _clock.Advance(Lease / 3);
            await Waiting.UntilAsync(() => Task.FromResult(_link.Reads > reads), "a renewal to fail");
        }
    }
}
