using Xunit;
using Xunit.Abstractions;

namespace Pipeline.TestSupport;

/// <summary>Begins with the longest suites, so that none of them is left alone at the end.</summary>
/// <param name="order">Parts of the names of those suites, the longest suite first.</param>
public abstract class LongestFirstOrderer(params IReadOnlyList<string> order) : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(RankOf);

    private int RankOf(ITestCollection collection)
    {
        for (var rank = 0; rank < order.Count; rank++)
        {
            if (collection.DisplayName.Contains(order[rank], StringComparison.Ordinal))
                return rank;
        }

        return order.Count;
    }
}
