using FluentAssertions;
using Xunit;

namespace Pipeline.Vectors;

/// <summary>What of a tenant's life takes a race to be seen from outside.</summary>
public class TenantVectorsTests
{
    private static readonly VectorCollectionDefinition Definition = new()
    {
        Name = "chunks",
        Model = "model",
        Dimension = 2,
        FilterFields = new Dictionary<string, VectorValueKind> { ["first"] = VectorValueKind.Text },
    };

    [Fact]
    public void One_that_was_closed_for_having_no_items_takes_none_that_would_be_lost()
    {
        var tenant = new TenantVectors(Definition);
        tenant.TryUpsert([SampleVectors.Item("a", [1, 0])]).Should().BeTrue();
        tenant.TryClose().Should().BeFalse();
        tenant.Delete(["a"]);

        tenant.TryClose().Should().BeTrue();

        tenant.TryUpsert([SampleVectors.Item("b", [1, 0])]).Should().BeFalse();
        tenant.Snapshot.Count.Should().Be(0);
    }

    [Fact]
    public void Fields_that_are_named_later_have_columns_for_tenants_that_are_there_and_that_come()
    {
        var version = new VectorVersion(Definition, 1, default);
        version.Upsert("early", [SampleVectors.Item("a", [1, 0], ("second", 1))]);
        var before = version.Find("early");

        version.AddFields(Definition with
        {
            FilterFields = new Dictionary<string, VectorValueKind> { ["first"] = VectorValueKind.Text, ["second"] = VectorValueKind.WholeNumber },
        });
        version.Upsert("late", [SampleVectors.Item("a", [1, 0])]);

        before.Fields.ToArray().Should().Equal("first");
        before.Segments[0].Storage.Columns.Should().HaveCount(1);
        foreach (var tenant in new[] { "early", "late" })
        {
            version.Find(tenant).Fields.ToArray().Should().BeEquivalentTo("first", "second");
            version.Find(tenant).Segments[0].Storage.Columns.Select(column => column.Field).Should().BeEquivalentTo("first", "second");
        }
    }

    [Fact]
    public void A_snapshot_stays_as_it_is_whatever_is_written_later()
    {
        var tenant = new TenantVectors(Definition);
        tenant.TryUpsert([SampleVectors.Item("a", [1, 0]), SampleVectors.Item("b", [1, 0])]);
        var before = tenant.Snapshot;

        tenant.AddFields(["second"]);
        tenant.TryUpsert([SampleVectors.Item("c", [1, 0])]);
        tenant.Delete(["a"]);

        before.Count.Should().Be(2);
        BitSet.Count(before.Segments[0].Live).Should().Be(2);
        before.Segments[0].Live[0].Should().Be(3);
        tenant.Snapshot.Count.Should().Be(2);
    }
}
