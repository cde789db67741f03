// The frame around every page: where one can go, and whether the twin is heard. A page is a row of `pages`.
import type { ReactNode } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useTwin } from './data/twin.tsx';
import { useDesk } from './data/use-desk.tsx';
import { pagesOf } from './pages.tsx';
import { Badge, Empty } from './ui/index.ts';
import type { BadgeLook } from './ui/index.ts';
import { ThemeSwitch } from './ui/theme-switch.tsx';

const connectionLooks: Readonly<Record<ReturnType<typeof useTwin>['connection'], BadgeLook>> = {
  connecting: { tone: 'plain', label: 'connecting' },
  live: { tone: 'good', label: 'live' },
  lost: { tone: 'bad', label: 'no answer' },
};

export function App(): ReactNode {
  const { connection } = useTwin();
  const pages = pagesOf(useDesk().value?.of ?? 'twin');
  return (
    <div className="shell">
      <a className="skip" href="#main">To the content</a>
      <nav className="nav" aria-label="Pages">
        <div className="nav-brand">Understudy</div>
        <ul className="nav-links">{pages.filter(({ label }) => label !== undefined).map(({ path, label }) => <NavLink key={path} path={path} label={label ?? path} />)}</ul>
        <div className="nav-foot">
          <span role="status"><Badge {...connectionLooks[connection]} /></span>
          <ThemeSwitch />
        </div>
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        <Switch>
          {pages.map(({ path, page: Page }) => <Route key={path} path={path}><Page /></Route>)}
          <Route><Empty>There is no such page.</Empty></Route>
        </Switch>
      </main>
    </div>
  );
}

function NavLink({ path, label }: { readonly path: string; readonly label: string }): ReactNode {
  const [location] = useLocation();
  const isHere = path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
  return <li><Link href={path} aria-current={isHere ? 'page' : undefined}>{label}</Link></li>;
}
