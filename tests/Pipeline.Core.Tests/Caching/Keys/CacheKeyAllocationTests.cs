using FluentAssertions;
using Xunit;

namespace Pipeline.Caching.Keys;

public sealed class CacheKeyAllocationTests
{
    private const int KeyBytes = 112;

    [Fact]
    public void A_key_allocates_nothing_but_itself()
    {
        var input = new Question("Größe \"x\"\n😀", 0.5m, ["b", "a"], new("Why?"));
        var info = KeyContext.Default.Question;

        Of(() => CacheKey.From(input, info, "answer", "2", "model", "tenant")).Should().Be(KeyBytes);
    }

    private static long Of(Func<string> make)
    {
        // The first calls allocate for the runtime's own sake, and for the thread's buffers.
        for (var i = 0; i < 200; i++)
        {
            make();
        }

        return Allocations.LeastOf(() => make());
    }
}
