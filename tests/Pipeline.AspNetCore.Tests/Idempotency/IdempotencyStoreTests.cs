using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Diagnostics;
using Pipeline.Fixtures;
using Pipeline.State;
using Xunit;

namespace Pipeline.Idempotency;

/// <summary>Idempotency keys and the store that keeps them.</summary>
public sealed class IdempotencyStoreTests
{
    [Fact]
    public async Task Without_the_store_nothing_runs()
    {
        var runs = 0;
        await using var server = await StartAsync(new AwayStore(begins: false), new ManualTimeProvider(), () => runs++);

        var refused = await PostAsync(server);

        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("backend-unavailable");
        runs.Should().Be(0);
    }

    [Fact]
    public async Task A_caller_whose_answer_cannot_be_kept_has_it_all_the_same()
    {
        var clock = new ManualTimeProvider();
        var store = new AwayStore(begins: true);
        await using var server = await StartAsync(store, clock, static () => { }, new Dictionary<string, string?> { ["Http:Deadlines:Default"] = "off" });

        var asked = PostAsync(server);
        while (!asked.IsCompleted)
        {
            // The middleware tries again a few times.
            clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        var answer = await asked;
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).Should().Be("done");
        store.Completions.Should().Be(6);
        server.Log.Events.Should().ContainSingle(static entry => entry.Id.Id == 12400);
    }

    [Fact]
    public async Task An_answer_of_a_later_format_is_not_made_again()
    {
        var runs = 0;
        await using var server = await StartAsync(new LaterStore(), new ManualTimeProvider(), () => runs++);

        var refused = await PostAsync(server);

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("idempotency-answer-not-kept");
        runs.Should().Be(0);
    }

    [Fact]
    public async Task More_headers_can_be_kept()
    {
        await using var server = await StartAsync(
            store: null, TimeProvider.System, static () => { }, new Dictionary<string, string?> { ["Http:Idempotency:AdditionalHeaders:0"] = "X-Cost" });

        await PostAsync(server);
        var again = await PostAsync(server);

        again.Headers.GetValues("X-Cost").Should().Equal("3");
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
    }

    [Theory]
    [InlineData(BackendKind.Memory, DoctorStatus.Warning)]
    [InlineData(BackendKind.Redis, DoctorStatus.Ok)]
    public async Task The_doctor_says_for_whom_keys_hold(BackendKind kind, DoctorStatus status)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var server = await WebServer.StartAsync(static _ => { }, (services, _) => backend.Use(services));

        var check = server.Services.GetServices<IDoctorCheck>().Single(static check => check.Name == "http.idempotency");

        (await check.CheckAsync()).Status.Should().Be(status);
    }

    private static Task<WebServer> StartAsync(
        IIdempotencyStore? store, TimeProvider clock, Action run, IReadOnlyDictionary<string, string?>? settings = null) => WebServer.StartAsync(
            app => app.MapPost("/", async context =>
            {
                run();
                context.Response.Headers["X-Cost"] = "3";
                await context.Response.WriteAsync("done");
            }).WithIdempotency(),
            (services, _) =>
            {
                services.AddSingleton(clock);
                if (store is not null)
                    services.AddSingleton(store);
            },
            settings);

    private static async Task<HttpResponseMessage> PostAsync(WebServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("Idempotency-Key", "k1");
        return await server.Client.SendAsync(request);
    }

    private abstract class TestStore : IIdempotencyStore
    {
        public abstract ValueTask<IdempotencyStart> BeginAsync(IdempotencyRequest request, CancellationToken cancellationToken = default);

        public virtual ValueTask<bool> CompleteAsync(
            IdempotencyLease lease, ReadOnlyMemory<byte> response, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default) => new(true);

        public ValueTask<bool> RenewAsync(IdempotencyLease lease, CancellationToken cancellationToken = default) => new(true);

        public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default) => new(true);
    }

    private sealed class AwayStore(bool begins) : TestStore
    {
        private int _completions;

        public int Completions => _completions;

        public override ValueTask<IdempotencyStart> BeginAsync(IdempotencyRequest request, CancellationToken cancellationToken = default) => begins
            ? new(IdempotencyStart.Started(new IdempotencyLease(request, 1, Guid.NewGuid())))
            : throw new BackendUnavailableException("Test", "idempotency begin");

        public override ValueTask<bool> CompleteAsync(
            IdempotencyLease lease, ReadOnlyMemory<byte> response, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _completions);
            throw new BackendUnavailableException("Test", "idempotency completion");
        }
    }

    private sealed class LaterStore : TestStore
    {
        public override ValueTask<IdempotencyStart> BeginAsync(IdempotencyRequest request, CancellationToken cancellationToken = default) =>
            new(IdempotencyStart.Completed(new byte[] { 2, 0, 0 }));
    }
}
