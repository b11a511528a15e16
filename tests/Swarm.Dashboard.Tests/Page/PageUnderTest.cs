using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Swarm.Dashboard.Tests.Page;

/// <summary>A page that remembers what went wrong in it, and where it reached out to.</summary>
internal sealed class PageUnderTest : IAsyncDisposable
{
    private readonly Uri _origin;
    private readonly ConcurrentQueue<string> _faults = new();

    public PageUnderTest(IPage page, Uri origin)
    {
        (Page, _origin) = (page, origin);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("net::ERR", StringComparison.Ordinal))
            {
                _faults.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _faults.Enqueue(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_origin.ToString(), StringComparison.Ordinal))
            {
                _faults.Enqueue($"the page reached out to {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    public ILocator Tasks => Page.GetByTestId("task");

    public ILocator Drawer => Page.GetByTestId("drawer");

    public ILocator TaskOf(SwarmTask task) => Page.Locator($"[data-task='{task.Id}']");

    public static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    /// <summary>Saves a picture where <c>SWARM_SCREENSHOTS</c> names a folder.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("SWARM_SCREENSHOTS") is { Length: > 0 } folder)
        {
            // Blocks fade in.
            await Page.WaitForFunctionAsync("document.getAnimations().every(a => a.playState !== 'running')");
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        Assert.Empty(_faults);
    }
}
