using System.Globalization;

namespace Pipeline.Redis.Servers;

public sealed partial class RedisCluster
{
    /// <summary>Returns the slot of a key, as the cluster computes it.</summary>
    public async Task<int> SlotOfAsync(string key) => (int)(long)(await _nodes[0].Server.ExecuteAsync("CLUSTER", "KEYSLOT", key))!;

    /// <summary>Returns the master of a slot, as the first node that runs knows it.</summary>
    public async Task<RedisClusterNode> MasterOfAsync(int slot)
    {
        var ranges = (object?[])(await _nodes.First(node => node.Server.IsRunning).Server.ExecuteAsync("CLUSTER", "SLOTS"))!;
        var range = ranges.Cast<object?[]>().Single(range => (long)range[0]! <= slot && slot <= (long)range[1]!);
        var id = (string)((object?[])range[2]!)[2]!;
        return _nodes.Single(node => string.Equals(node.Id, id, StringComparison.Ordinal));
    }

    /// <summary>Begins to move a slot: from now on its master answers <c>ASK</c> for keys that it has not, or not any more.</summary>
    /// <returns>The moving, which is finished or taken back by its methods.</returns>
    public async Task<SlotMove> BeginMoveAsync(int slot, RedisClusterNode target)
    {
        var source = await MasterOfAsync(slot);
        var name = slot.ToString(CultureInfo.InvariantCulture);
        await target.Server.ExecuteAsync("CLUSTER", "SETSLOT", name, "IMPORTING", source.Id);
        await source.Server.ExecuteAsync("CLUSTER", "SETSLOT", name, "MIGRATING", target.Id);
        return new SlotMove(slot, source, target, [.. _nodes.Take(Masters)]);
    }

    /// <summary>Moves a slot with all its keys: afterwards its old master answers <c>MOVED</c>.</summary>
    public async Task MoveAsync(int slot, RedisClusterNode target)
    {
        var move = await BeginMoveAsync(slot, target);
        await move.MoveKeysAsync();
        await move.FinishAsync();
    }
}
