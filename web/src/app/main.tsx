import "./styles.css";
// Follows the system from the start, not from when the menu was first opened.
import "./theme";

import { ToastRegion } from "@streamverse/ui";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { useArrowKeys } from "./arrows";
import { LanguageProvider, useText } from "./i18n";
import { createQueryClient } from "./query-client";
import { ReauthGate } from "./ReauthGate";
import { createAppRouter } from "./router";

const queryClient = createQueryClient(() => {
  const { pathname, searchStr } = router.state.location;
  void router.navigate({ to: "/login", search: { next: pathname + searchStr } });
});
const router = createAppRouter(queryClient);

function App() {
  const text = useText();
  useArrowKeys();
  return (
    <>
      <RouterProvider router={router} />
      <ReauthGate />
      <ToastRegion label={text.common.messages} closeLabel={text.common.close} />
    </>
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
);
