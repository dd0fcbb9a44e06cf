using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Conformance.Telemetry.TelemetrySamples;

namespace Pipeline.Conformance.Telemetry;

public abstract partial class TelemetryReaderConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_record_comes_back_whole()
    {
        var record = Whole;
        var plain = Call(cost: null);
        var free = Call(cost: 0, at: DateTimeOffset.UnixEpoch);

        await WriteAsync(record, plain, free);

        Assert.Equal(record, Assert.Single(await ReadAsync(Everything with { Step = record.Step })));
        Assert.Equal(plain, Assert.Single(await ReadAsync(Everything with { Step = plain.Step })));
        Assert.Equal(free, Assert.Single(await ReadAsync(TelemetryQuery.ForTenant("acme", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddTicks(10)))));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_record_that_is_written_again_counts_once()
    {
        var record = Call(cost: 1);

        await WriteAsync(record, record);
        await WriteAsync(record with { Cost = 5 });

        var total = await TotalAsync(Everything);
        Assert.Equal((1, 1m), (total.Calls, total.Cost));
        Assert.Equal(record, Assert.Single(await ReadAsync(Everything)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Records_come_newest_first_by_their_time_whenever_they_were_written()
    {
        int[] minutes = [3, 1, 4, 0, 5, 9, 2, 6];
        await WriteAsync([.. minutes.Select(minute => Call(at: Noon.AddMinutes(minute)))]);

        var read = await ReadAsync(Everything);

        Assert.Equal(minutes.OrderDescending().Select(minute => Noon.AddMinutes(minute)), read.Select(record => record.Time));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task More_records_than_a_page_are_all_read_once()
    {
        const int Count = 2_500;
        await WriteAsync([.. Enumerable.Range(0, Count).Select(i => Call(at: Noon.AddSeconds(i % 7)))]);

        var read = await ReadAsync(Everything);

        Assert.Equal(Count, read.Count);
        Assert.Equal(Count, read.Select(record => record.Id).Distinct().Count());
        Assert.Equal(read.Select(record => record.Time).OrderDescending(), read.Select(record => record.Time));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Records_that_are_written_while_others_are_read_double_none()
    {
        const int Count = 1_500;
        await WriteAsync([.. Enumerable.Range(0, Count).Select(i => Call(at: Noon.AddSeconds(i)))]);
        var read = new HashSet<Guid>();
        var added = 0;

        await foreach (var record in Reader.ReadAsync(Everything))
        {
            Assert.True(read.Add(record.Id), "A record was read twice.");
            if (read.Count % 100 == 0 && added++ < 20)
            {
                await WriteAsync(Call(at: Noon.AddSeconds(-added)), Call(at: Noon.AddDays(0.5)));
            }
        }

        Assert.InRange(read.Count, Count, Count + 40);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Every_filter_selects_exactly_its_records()
    {
        var wanted = Call("answer", "acme", "large") with { RequestId = "r-1" };
        TelemetryRecord[] others =
        [
            Call("Answer", "acme", "large") with { RequestId = "r-1" },
            Call("answer", "acme", "small") with { RequestId = "r-1" },
            Call("answer", "acme") with { RequestId = "r-1" },
            Call("answer", "acme", "large"),
            Call("answer", "acme", "large") with { RequestId = "r-10" },
            Call("answer", "Acme", "large") with { RequestId = "r-1" },
        ];
        await WriteAsync([wanted, .. others]);
        var query = TelemetryQuery.ForTenant("acme", Start, End) with { Step = "answer", Model = "large", RequestId = "r-1" };

        Assert.Equal(wanted.Id, Assert.Single(await ReadAsync(query)).Id);
        Assert.Equal(1, (await TotalAsync(query)).Calls);
        Assert.Equal(6, (await ReadAsync(Everything with { Step = "answer" })).Count);
        Assert.Equal(5, (await ReadAsync(Everything with { RequestId = "r-1" })).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_time_range_begins_with_its_beginning_and_ends_before_its_end()
    {
        await WriteAsync(Call(at: Noon.AddTicks(-10)), Call(at: Noon), Call(at: Noon.AddTicks(10)), Call(at: Noon.AddTicks(20)));
        var query = TelemetryQuery.AcrossTenants(Noon, Noon.AddTicks(20));

        Assert.Equal([Noon.AddTicks(10), Noon], (await ReadAsync(query)).Select(record => record.Time));
        Assert.Equal(2, (await TotalAsync(query)).Calls);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_query_of_one_tenant_sees_no_other()
    {
        await WriteAsync(Call(tenant: "acme", cost: 1), Call(tenant: "other", cost: 10), Call(tenant: "acme ", cost: 100));
        var query = TelemetryQuery.ForTenant("acme", Start, End) with { GroupBy = TelemetryGrouping.Tenant };

        Assert.Equal("acme", Assert.Single(await ReadAsync(query)).Tenant);
        var row = await TotalAsync(query);
        Assert.Equal(("acme", 1m), (row.Tenant, row.Cost));
        Assert.Empty((await Reader.SummarizeAsync(TelemetryQuery.ForTenant("nobody", Start, End) with { GroupBy = TelemetryGrouping.Step })).Rows);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_erased_of_a_tenant_is_gone_and_counted_and_nothing_else_is()
    {
        if (Target.GetCapability<ITelemetryErasure>() is not { } erasure)
        {
            return;
        }

        var call = Call(tenant: "acme", cost: 3);
        await WriteAsync(call, CorrectionOf(call, -1), Call(tenant: "other", cost: 10), Call(tenant: "acme "));

        Assert.Equal(2, await erasure.ForgetTenantAsync("acme"));

        Assert.Empty(await ReadAsync(TelemetryQuery.ForTenant("acme", Start, End)));
        var left = await TotalAsync(Everything);
        Assert.Equal((2, 10m), (left.Calls, left.Cost));
        Assert.Equal(0, await erasure.ForgetTenantAsync("acme"));
        await WriteAsync(Call(tenant: "acme", cost: 7));
        Assert.Equal(7, (await TotalAsync(TelemetryQuery.ForTenant("acme", Start, End))).Cost);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => erasure.ForgetTenantAsync("").AsTask());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Bad_input_and_cancelled_calls_are_told()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        Assert.Throws<ArgumentNullException>(() => Reader.ReadAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Reader.SummarizeAsync(null!).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Reader.SummarizeAsync(Everything, cancelled.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var record in Reader.ReadAsync(Everything, cancelled.Token))
            {
                Assert.Fail($"A cancelled enumeration gave {record.Id}.");
            }
        });
    }
}
