using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class CacheInvalidationTests
{
    [Fact]
    public void A_default_notice_is_a_resync()
    {
        default(CacheInvalidation).Should().Be(CacheInvalidation.Resync);
        CacheInvalidation.Resync.Kind.Should().Be(CacheInvalidationKind.Resync);
        CacheInvalidation.Interrupted.Kind.Should().Be(CacheInvalidationKind.Interrupted);
    }

    [Fact]
    public void A_notice_carries_what_was_given()
    {
        var key = CacheInvalidation.ForKey("k", isLocal: true);
        var tag = CacheInvalidation.ForTag(new("t", 7), isLocal: false);

        (key.Kind, key.Name, key.Generation, key.IsLocal).Should().Be((CacheInvalidationKind.Key, "k", 0L, true));
        (tag.Kind, tag.Name, tag.Generation, tag.IsLocal).Should().Be((CacheInvalidationKind.Tag, "t", 7L, false));
    }

    [Fact]
    public void A_notice_without_a_name_is_refused()
    {
        var key = () => CacheInvalidation.ForKey("", isLocal: false);
        var tag = () => CacheInvalidation.ForTag(default, isLocal: false);

        key.Should().Throw<ArgumentException>().WithParameterName("key");
        tag.Should().Throw<ArgumentException>().WithParameterName("tag");
    }
}
