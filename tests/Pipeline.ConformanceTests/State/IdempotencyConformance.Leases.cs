using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class IdempotencyConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task The_first_begins_the_others_wait_and_then_get_its_answer()
    {
        var (first, second) = await OpenAsync();
        var lease = await BeginAsync(first, Request());

        var waiting = await second.BeginAsync(Request());
        Assert.Equal(IdempotencyStatus.InProgress, waiting.Status);
        Assert.InRange(waiting.RetryAfter, Tick * 3, (Tick * 4) + _store.ClockTolerance);
        Assert.Null(waiting.Lease);

        Assert.True(await first.CompleteAsync(lease, Bytes("answer")));
        await AssertCompletedAsync("answer", second, Request());
        await AssertCompletedAsync("answer", first, Request());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_same_key_for_another_request_is_a_conflict_at_any_time()
    {
        var (first, second) = await OpenAsync();
        var lease = await BeginAsync(first, Request());
        await AssertStatusAsync(IdempotencyStatus.Conflict, second, Request(fingerprint: "other"));

        await _store.AdvanceAsync(Tick * 5);
        await AssertStatusAsync(IdempotencyStatus.Conflict, second, Request(fingerprint: "other"));

        Assert.True(await first.CompleteAsync(lease, Bytes("answer")));
        await AssertStatusAsync(IdempotencyStatus.Conflict, second, Request(fingerprint: "other"));
        await AssertCompletedAsync("answer", second, Request());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_holder_that_died_loses_the_key_and_what_it_does_later_is_refused()
    {
        var (first, second) = await OpenAsync();
        var lost = await BeginAsync(first, Request());
        await _store.AdvanceAsync(Tick * 3);
        await AssertStatusAsync(IdempotencyStatus.InProgress, second, Request());
        await _store.AdvanceAsync(Tick * 2);

        var lease = await BeginAsync(second, Request());

        Assert.True(lease.Token > lost.Token);
        Assert.False(await first.RenewAsync(lost));
        Assert.False(await first.CompleteAsync(lost, Bytes("late")));
        Assert.False(await first.ReleaseAsync(lost));
        Assert.True(await second.CompleteAsync(lease, Bytes("answer")));
        Assert.False(await first.CompleteAsync(lost, Bytes("late")));
        await AssertCompletedAsync("answer", first, Request());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_late_answer_counts_as_long_as_nobody_else_has_begun()
    {
        var (first, second) = await OpenAsync();
        var lease = await BeginAsync(first, Request());
        await _store.AdvanceAsync(Tick * 8);

        Assert.True(await first.CompleteAsync(lease, Bytes("late")));

        await AssertCompletedAsync("late", second, Request());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_is_renewed_holds_on()
    {
        var (first, second) = await OpenAsync();
        var lease = await BeginAsync(first, Request());
        for (var i = 0; i < 12; i++)
        {
            await _store.AdvanceAsync(Tick * 2);
            Assert.True(await first.RenewAsync(lease));
            await AssertStatusAsync(IdempotencyStatus.InProgress, second, Request());
        }

        // One that ran out can be renewed, too, if nobody came.
        await _store.AdvanceAsync(Tick * 5);
        Assert.True(await first.RenewAsync(lease));
        await AssertStatusAsync(IdempotencyStatus.InProgress, second, Request());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_key_that_is_given_back_is_free_for_anything()
    {
        var (first, second) = await OpenAsync();
        var lease = await BeginAsync(first, Request());

        Assert.True(await first.ReleaseAsync(lease));
        Assert.False(await first.ReleaseAsync(lease));
        Assert.False(await first.RenewAsync(lease));
        Assert.False(await first.CompleteAsync(lease, Bytes("late")));

        var next = await BeginAsync(second, Request(fingerprint: "other"));
        Assert.True(next.Token > lease.Token);
        Assert.False(await first.CompleteAsync(lease, Bytes("late")));
        Assert.True(await second.CompleteAsync(next, default));
        Assert.False(await second.ReleaseAsync(next));
        await AssertCompletedAsync("", first, Request(fingerprint: "other"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_completion_can_be_repeated_and_its_first_answer_stays()
    {
        var (first, second) = await OpenAsync();
        var lease = await BeginAsync(first, Request());

        Assert.True(await first.CompleteAsync(lease, Bytes("answer")));
        Assert.True(await second.CompleteAsync(lease, Bytes("other")));

        Assert.False(await first.RenewAsync(lease));
        await AssertCompletedAsync("answer", first, Request());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_answer_is_kept_as_long_as_was_asked_and_then_the_key_is_free()
    {
        var (first, second) = await OpenAsync();
        Assert.True(await first.CompleteAsync(await BeginAsync(first, Request("short")), Bytes("short"), Tick * 3));
        Assert.True(await first.CompleteAsync(await BeginAsync(first, Request("as said")), Bytes("as said")));

        await _store.AdvanceAsync(Tick * 2);
        await AssertCompletedAsync("short", second, Request("short"));
        await _store.AdvanceAsync(Tick * 2);
        await BeginAsync(second, Request("short", "other"));
        await AssertCompletedAsync("as said", second, Request("as said"));
        await _store.AdvanceAsync(Tick * 17);
        await BeginAsync(second, Request("as said", "other"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_beginning_that_nobody_ends_is_forgotten()
    {
        var (first, second) = await OpenAsync();
        var lost = await BeginAsync(first, Request());
        await _store.AdvanceAsync(Tick * 21);

        Assert.False(await first.CompleteAsync(lost, Bytes("late")));
        var lease = await BeginAsync(second, Request(fingerprint: "other"));
        Assert.True(lease.Token > lost.Token, "A fencing token is not above those of what was forgotten.");
        Assert.False(await first.CompleteAsync(lost, Bytes("late")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Tenants_do_not_meet()
    {
        var (keys, _) = await OpenAsync();
        var (one, two) = ($"{Tenant}/a", Tenant);
        var lease = await BeginAsync(keys, Request("b", tenant: one));
        var other = await BeginAsync(keys, Request("a/b", "other", two));
        await BeginAsync(keys, Request("b", tenant: two));
        await BeginAsync(keys, Request("b", tenant: $"{Tenant}%2Fa"));

        Assert.True(await keys.CompleteAsync(lease, Bytes("one")));
        await AssertStatusAsync(IdempotencyStatus.InProgress, keys, Request("a/b", "other", two));
        await AssertStatusAsync(IdempotencyStatus.InProgress, keys, Request("b", tenant: two));
        Assert.True(await keys.CompleteAsync(other, Bytes("two")));
        await AssertCompletedAsync("one", keys, Request("b", tenant: one));
        await AssertCompletedAsync("two", keys, Request("a/b", "other", two));

        // A lease that is shown for another tenant's key is none.
        var stolen = lease with { Request = Request("b", tenant: two) };
        Assert.False(await keys.CompleteAsync(stolen, Bytes("stolen")));
        Assert.False(await keys.ReleaseAsync(stolen));
        await AssertStatusAsync(IdempotencyStatus.InProgress, keys, Request("b", tenant: two));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(IIdempotencyStore.MaxResponseBytes)]
    public async Task Answers_of_every_size_come_back_byte_for_byte(int length)
    {
        var (first, second) = await OpenAsync();
        var response = new byte[length];
        new Random(length).NextBytes(response);

        Assert.True(await first.CompleteAsync(await BeginAsync(first, Request()), response));

        Assert.Equal(response, (await second.BeginAsync(Request())).Response.ToArray());
    }

    [Fact]
    public async Task Bad_input_is_refused_before_anything_is_done()
    {
        var (keys, _) = await OpenAsync();
        var lease = new IdempotencyLease(Request(), 1, Guid.NewGuid());

        await RefusesAsync<ArgumentNullException>("request", async () => await keys.BeginAsync(null!));
        await RefusesAsync<ArgumentNullException>("lease", async () => await keys.RenewAsync(null!));
        await RefusesAsync<ArgumentNullException>("lease", async () => await keys.ReleaseAsync(null!));
        await RefusesAsync<ArgumentNullException>("lease", async () => await keys.CompleteAsync(null!, default));
        await RefusesAsync<ArgumentException>("response", async () => await keys.CompleteAsync(lease, new byte[IIdempotencyStore.MaxResponseBytes + 1]));
        await RefusesAsync<ArgumentOutOfRangeException>("timeToLive", async () => await keys.CompleteAsync(lease, default, TimeSpan.Zero));

        static async Task RefusesAsync<TException>(string argument, Func<Task> call)
            where TException : ArgumentException => Assert.Equal(argument, (await Assert.ThrowsAnyAsync<TException>(call)).ParamName);
    }
}
