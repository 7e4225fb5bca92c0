import { render } from 'preact';
import { SourceContext, ThemeContext, useRoute, useThemeChanges } from './hooks.ts';
import { serverSource } from './server-source.ts';
import { type EmbeddedDashboard, embeddedSource } from './source.ts';
import { BenchmarksView } from './views/benchmarks-view.tsx';
import { CompareView } from './views/compare-view.tsx';
import { LabView } from './views/lab-view.tsx';
import { RunList } from './views/run-list.tsx';
import { RunView } from './views/run-view.tsx';
import { TrainView } from './views/train-view.tsx';

const embedded = document.getElementById('dashboard-data');
const source = embedded === null ? serverSource : embeddedSource(JSON.parse(embedded.textContent ?? '') as EmbeddedDashboard);

const VIEWS = {
  '': 'Runs',
  // Training needs the server's files; an exported page has none.
  ...(source.live ? { train: 'Train in this tab' } : {}),
  lab: 'Lab',
  benchmarks: 'Benchmarks',
};

function View() {
  const { path, parameters } = useRoute();
  const [first, second, third] = path;
  switch (first) {
    case 'run':
      return <RunView key={second} id={second ?? ''} part={third} />;
    case 'compare':
      return <CompareView ids={parameters.getAll('run')} />;
    case 'train':
      return <TrainView />;
    case 'lab':
      return <LabView />;
    case 'benchmarks':
      return <BenchmarksView />;
    default:
      return <RunList />;
  }
}

function Header() {
  const { path } = useRoute();
  return (
    <header>
      <button type="button" class="skip" onClick={() => document.querySelector('h1')?.focus()}>
        to the content
      </button>
      <p class="brand">or1 dashboard</p>
      <nav aria-label="Views" class="views">
        {Object.entries(VIEWS).map(([name, label]) => (
          <a key={name} href={`#/${name}`} aria-current={path[0] === name ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <label class="choice">
        <span>Theme</span>
        <select id="theme">
          <option value="">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
    </header>
  );
}

function Dashboard() {
  const theme = useThemeChanges();
  return (
    <SourceContext.Provider value={source}>
      <ThemeContext.Provider value={theme}>
        <Header />
        <main id="content">
          <View />
        </main>
      </ThemeContext.Provider>
    </SourceContext.Provider>
  );
}

render(<Dashboard />, document.getElementById('dashboard')!);
