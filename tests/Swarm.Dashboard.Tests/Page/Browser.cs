using Microsoft.Playwright;

namespace Swarm.Dashboard.Tests.Page;

/// <summary>One browser for all tests of the page: that of the machine, or none.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("SWARM_CHROMIUM") ?? Known.FirstOrDefault(File.Exists);
        if (path is null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens the page of a dashboard; the test is skipped where there is no browser.</summary>
    internal Task<PageUnderTest> OpenAsync(DashboardUnderTest dashboard, string query = "", bool dark = false) =>
        OpenAsync(dashboard.Address, query, dark);

    internal async Task<PageUnderTest> OpenAsync(Uri dashboard, string query = "", bool dark = false)
    {
        Skip.If(_browser is null, "no Chromium was found; SWARM_CHROMIUM names another path");
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1440, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var page = new PageUnderTest(await context.NewPageAsync(), dashboard);
        await page.Page.GotoAsync(new Uri(dashboard, query).ToString());
        return page;
    }
}

/// <summary>The browser that all tests of the page share.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}
