using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Diagnostics;

/// <summary>Whether the user may do all that the roles do.</summary>
internal sealed class RedisRightsCheck(RedisDoctorTargets targets, bool triesEach = false) : RedisCheck(targets, "rights")
{
    private static readonly RedisScript Rights = RedisScript.Load("Diagnostics/rights.lua");

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var connection = target.Connection;
        RedisValue[] arguments =
        [
            triesEach ? "try" : "ask", connection.Keys.Channel("doctor"), .. RedisRoleScripts.CommandsOf(target.Roles).Select(static command => (RedisValue)command),
        ];
        try
        {
            var reply = await connection.EvaluateAsync(Rights, "doctor", [connection.Keys.Root + "{doctor}:rights"], arguments, cancellationToken).ConfigureAwait(false);
            var missing = ((RedisResult[])reply!).Select(static command => command.ToString()!).ToArray();
            if (missing.Length > 0)
            {
                findings.Fail(
                    $"The user on {connection.Backend} may not use {string.Join(", ", missing)} on the suite's keys and channels.",
                    $"Run ACL SETUSER <user> ~{connection.Keys.Root}* &{connection.Keys.Channel("*")} {string.Join(' ', missing.Select(static command => "+" + command.ToLowerInvariant()))}, and ACL SAVE.");
            }
            else
            {
                findings.Note($"The user on {connection.Backend} may use all {arguments.Length} commands that the roles need.");
            }
        }
        catch (BackendRefusedException)
        {
            findings.Fail(
                $"The user on {connection.Backend} may not run scripts on the suite's keys.",
                $"Run ACL SETUSER <user> ~{connection.Keys.Root}* +eval +evalsha +script|load, and ACL SAVE.");
        }
    }
}
