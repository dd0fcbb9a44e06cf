using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Pipeline.DependencyInjection;

/// <summary>Tells of changes of one item's section, also where the suite was given its configuration after the item was declared.</summary>
internal sealed class SuiteChangeTokenSource<TOptions>(PipelineRegistry registry, string section, string item) : IOptionsChangeTokenSource<TOptions>
{
    public string Name => registry.KeyOf(item);

    public IChangeToken GetChangeToken() => registry.Configuration is { } configuration
        ? configuration.GetSection(section).GetSection(item).GetReloadToken()
        : new CancellationChangeToken(CancellationToken.None);
}
