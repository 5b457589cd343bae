/** The design system: tokens and accessible parts; it knows no domain and speaks no language. */
export { Badge, type BadgeTone } from "./Badge";
export { Button, buttonClass, type ButtonSize, type ButtonVariant, IconButton } from "./Button";
export { Card } from "./Card";
export { cx } from "./cx";
export { ConfirmDialog, Dialog, DialogActions, type DialogProps } from "./Dialog";
export { EmptyState } from "./EmptyState";
export { Field, Select, TextArea } from "./Field";
export { Menu, MenuChoice, MenuHeading, MenuItem, MenuSeparator } from "./Menu";
export { Notice } from "./Notice";
export { Progress } from "./Progress";
export { Skeleton } from "./Skeleton";
export { Spinner } from "./Spinner";
export { showProblem, showToast, ToastRegion } from "./Toast";
