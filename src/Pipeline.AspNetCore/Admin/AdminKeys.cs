using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Authentication;
using Pipeline.Problems;

namespace Pipeline.Admin;

/// <summary>The endpoints of the API keys.</summary>
internal sealed class AdminKeys(ApiKeyDirectory keys, AdminAudit audit)
{
    private const int GreatestGraceSeconds = 30 * 24 * 60 * 60;

    public async Task ListAsync(HttpContext context)
    {
        var views = new List<KeyView>();
        await foreach (var key in keys.ListAsync(context.RequestAborted).ConfigureAwait(false))
        {
            views.Add(KeyView.Of(key));
        }

        await AdminJson.WriteAsync(context, new KeyListView(views), AdminJsonContext.Default.KeyListView).ConfigureAwait(false);
    }

    public async Task CreateAsync(HttpContext context)
    {
        var order = await AdminJson.ReadAsync(context, AdminJsonContext.Default.KeyOrder).ConfigureAwait(false);
        var definition = new ApiKeyDefinition(order.Name)
        {
            Tenant = order.Tenant,
            Scopes = order.Scopes ?? [],
            ExpiresAt = order.ExpiresAt,
            AllowedNetworks = order.AllowedNetworks ?? [],
        };
        var made = await MakeAsync(context, "create key", order.Name, () => keys.CreateAsync(definition, context.RequestAborted)).ConfigureAwait(false)
            ?? throw Conflict("There is a key of this name. Give another name, or rotate or revoke that key.");
        context.Response.StatusCode = StatusCodes.Status201Created;
        await AdminJson.WriteAsync(context, made, AdminJsonContext.Default.NewKeyView).ConfigureAwait(false);
    }

    public async Task RotateAsync(HttpContext context)
    {
        var name = NameOf(context);
        TimeSpan? grace = AdminQuery.Text(context, "graceSeconds") is null
            ? null
            : TimeSpan.FromSeconds(AdminQuery.Number(context, "graceSeconds", 0, 0, GreatestGraceSeconds));
        var made = await MakeAsync(context, "rotate key", name, () => keys.RotateAsync(name, grace, context.RequestAborted)).ConfigureAwait(false) ?? throw Unknown();
        await AdminJson.WriteAsync(context, made, AdminJsonContext.Default.NewKeyView).ConfigureAwait(false);
    }

    public async Task RevokeAsync(HttpContext context)
    {
        var name = NameOf(context);
        var count = await audit.RecordAsync(context, "revoke key", name, CountAsync()).ConfigureAwait(false);
        if (count == 0)
        {
            throw Unknown();
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;

        async ValueTask<long> CountAsync() => await ReadAsync(() => keys.RevokeAsync(name, context.RequestAborted)).ConfigureAwait(false) ? 1 : 0;
    }

    private static string NameOf(HttpContext context) => (string)context.GetRouteValue("key")!;

    // What the directory says is meant for whoever gave the name or the definition, and names neither key nor hash.
    private static async ValueTask<T> ReadAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            var message = exception.Message.Split(" (Parameter '", 2)[0];
            throw new HttpProblemException(new HttpProblem(StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", message), exception);
        }
        catch (InvalidOperationException exception)
        {
            throw Conflict(exception.Message);
        }
    }

    private static HttpProblemException Conflict(string detail) =>
        new(new HttpProblem(StatusCodes.Status409Conflict, ProblemCodes.Conflict, "Conflict", detail));

    private static HttpProblemException Unknown() =>
        new(new HttpProblem(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Not found", "The store has no key of this name."));

    private async Task<NewKeyView?> MakeAsync(HttpContext context, string action, string name, Func<ValueTask<ApiKeySecret?>> make)
    {
        ApiKeySecret? made = null;
        await audit.RecordAsync(context, action, name, CountAsync()).ConfigureAwait(false);
        return made is null ? null : new NewKeyView(made.Name, made.Key);

        async ValueTask<long> CountAsync()
        {
            made = await ReadAsync(make).ConfigureAwait(false);
            return made is null ? 0 : 1;
        }
    }
}
