using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The numbers of a queue's tenants, as far as this process has met them. A tenant keeps its number. Thread safe.</summary>
internal sealed class QueueTenants(PostgresConnection connection)
{
    private const int MostKept = 100_000;

    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _names = new();

    /// <summary>Finds or makes the numbers of the tenants of messages.</summary>
    public async ValueTask<int[]> NumbersAsync(int queue, IReadOnlyList<QueueMessage> messages)
    {
        var numbers = new int[messages.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!_numbers.TryGetValue(messages[i].Tenant, out numbers[i]))
            {
                await LearnAsync(queue, [.. messages.Skip(i).Select(static message => message.Tenant).Where(tenant => !_numbers.ContainsKey(tenant)).Distinct(StringComparer.Ordinal)]).ConfigureAwait(false);
                numbers[i] = _numbers.TryGetValue(messages[i].Tenant, out var number) ? number : throw new InvalidOperationException("The server has not numbered a tenant.");
            }
        }

        return numbers;
    }

    /// <summary>Finds or makes the numbers of tenants by name.</summary>
    public async ValueTask<int[]> NumbersAsync(int queue, IReadOnlyCollection<string> tenants)
    {
        string[] unknown = [.. tenants.Where(tenant => !_numbers.ContainsKey(tenant))];
        if (unknown.Length > 0)
        {
            await LearnAsync(queue, unknown).ConfigureAwait(false);
        }

        return [.. tenants.Select(tenant => _numbers[tenant])];
    }

    /// <summary>Finds the name of a tenant that this process has met.</summary>
    public bool TryGetName(int number, out string name) => _names.TryGetValue(number, out name!);

    /// <summary>Learns the names of tenants that other processes have met.</summary>
    public async ValueTask LearnNamesAsync(int[] numbers) => await connection.QueryAsync(
        "queue tenants",
        connection.Sql["Queues/tenant-names.sql"],
        (Owner: this, numbers),
        static (parameters, call) => parameters.Ints(call.numbers),
        static async (reader, call, deadline) =>
        {
            while (await reader.ReadAsync(deadline).ConfigureAwait(false))
            {
                call.Owner.Add(reader.GetInt32(0), reader.GetString(1));
            }

            return true;
        }).ConfigureAwait(false);

    private async ValueTask LearnAsync(int queue, string[] tenants)
    {
        var numbers = await connection.QueryAsync(
            "queue tenants",
            connection.Sql["Queues/tenants.sql"],
            (queue, tenants),
            static (parameters, call) => parameters.Int(call.queue).Texts(call.tenants),
            static async (reader, _, deadline) =>
            {
                await reader.ReadAsync(deadline).ConfigureAwait(false);
                return await reader.GetFieldValueAsync<int[]>(0, deadline).ConfigureAwait(false);
            }).ConfigureAwait(false);
        for (var i = 0; i < tenants.Length; i++)
        {
            Add(numbers[i], tenants[i]);
        }
    }

    private void Add(int number, string tenant)
    {
        if (_names.Count >= MostKept)
        {
            _names.Clear();
            _numbers.Clear();
        }

        _numbers[tenant] = number;
        _names[number] = tenant;
    }
}
