using Api;
using Microsoft.Extensions.Logging.Console;

var isDoctor = args is ["doctor", ..];
var builder = WebApplication.CreateBuilder(isDoctor ? [] : args);
if (isDoctor)
{
    // The report is all that goes to the standard output.
    builder.Logging.Services.Configure<ConsoleLoggerOptions>(static options => options.LogToStandardErrorThreshold = LogLevel.Trace);
}

if (builder.Configuration["Http:Admin:SettingsFile"] is { Length: > 0 } file)
{
    // Last of the sources, so that what is imported counts.
    builder.Configuration.AddJsonFile(file, optional: true, reloadOnChange: true);
}

builder.Services.AddApi(builder.Configuration);
var app = builder.Build();
app.UsePipeline();
app.MapApi();
if (isDoctor)
{
    return await app.Services.RunPipelineDoctorAsync(args[1..]);
}

await app.RunAsync();
return 0;
