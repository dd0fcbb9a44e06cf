namespace Pipeline.DependencyInjection;

/// <summary>A chain or step that was declared, and how a worker makes its handler for the values of a queue.</summary>
internal sealed record HandlerRegistration(
    string Section, string Name, Action<IServiceProvider> Check, Func<IServiceProvider, string, Workers.IMessageHandler> CreateHandler)
    : ItemRegistration(Section, Name, Check);
