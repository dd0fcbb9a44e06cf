using System.Globalization;

namespace Pipeline.Redis.Servers;

/// <summary>A slot on its way from one master to another.</summary>
public sealed class SlotMove
{
    private readonly IReadOnlyList<RedisClusterNode> _masters;

    internal SlotMove(int slot, RedisClusterNode source, RedisClusterNode target, IReadOnlyList<RedisClusterNode> masters)
    {
        Slot = slot;
        Source = source;
        Target = target;
        _masters = masters;
    }

    public int Slot { get; }

    public RedisClusterNode Source { get; }

    public RedisClusterNode Target { get; }

    private string SlotName => Slot.ToString(CultureInfo.InvariantCulture);

    /// <summary>Moves some or all keys of the slot.</summary>
    /// <returns>The keys that were moved.</returns>
    public async Task<IReadOnlyList<string>> MoveKeysAsync(int atMost = int.MaxValue)
    {
        var keys = ((object?[])(await Source.Server.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", SlotName, atMost.ToString(CultureInfo.InvariantCulture)))!)
            .Cast<string>().ToArray();
        if (keys.Length > 0)
        {
            // To the target's own port: a proxy would count it.
            var target = Target.Server;
            string[] password = target.Options.Password is { } secret ? ["AUTH", secret] : [];
            await Source.Server.ExecuteAsync(
                ["MIGRATE", target.EndPoint.Address.ToString(), target.Port.ToString(CultureInfo.InvariantCulture), "", "0", "10000", .. password, "KEYS", .. keys]);
        }

        return keys;
    }

    /// <summary>Tells all masters that the slot is the target's. Keys that the source still has are lost to clients, so move them first.</summary>
    public async Task FinishAsync()
    {
        foreach (var master in _masters.OrderBy(master => master != Target))
            await master.Server.ExecuteAsync("CLUSTER", "SETSLOT", SlotName, "NODE", Target.Id);
    }
}
